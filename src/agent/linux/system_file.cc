#include "agent/linux/system_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace aerostat::agent {

Path::Path(std::string_view root, std::string_view rest) {
  if (root == "/") root = {};
  std::size_t size = 0;
  for (const std::string_view part : {root, rest}) {
    const std::size_t length = std::min(part.size(), text_.size() - 1 - size);
    std::memcpy(text_.data() + size, part.data(), length);
    size += length;
  }
}

KeptFile::KeptFile(std::string_view root, std::string_view path, Records records)
    : fd_(::open(Path(root, path).c_str(), O_RDONLY | O_CLOEXEC)), records_(records) {}

KeptFile::~KeptFile() {
  if (fd_ >= 0) ::close(fd_);
}

// The kernel hands a text out by pages, as many whole records as fit. With lines as records, less than half a
// page is the end: to ask for more would cost half as much again.
constexpr ssize_t kLastPiece = 2048;

std::string_view KeptFile::read(char* buffer, std::size_t room) const {
  if (fd_ < 0) return {};
  std::size_t size = 0;
  while (size < room) {
    const ssize_t got = ::pread(fd_, buffer + size, room - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
    if (records_ == Records::Lines && got < kLastPiece) break;
  }
  return {buffer, size};
}

std::string_view read_small(const char* path, char* buffer, std::size_t room) {
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return {};
  const ssize_t got = ::read(fd, buffer, room);
  ::close(fd);
  if (got <= 0) return {};
  std::string_view text(buffer, static_cast<std::size_t>(got));
  while (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  return text;
}

int write_small(const char* path, std::string_view value) {
  // Real files of /proc and /sys cannot be truncated; a fixture needs it.
  const int fd = ::open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
  if (fd < 0) return errno;
  const ssize_t put = ::write(fd, value.data(), value.size());
  const int error = put < 0 ? errno : 0;
  ::close(fd);
  return error;
}

bool Setting::exists() const { return ::access(path_.c_str(), F_OK) == 0; }

bool Setting::is(std::string_view value) const {
  std::array<char, 64> now{};
  return read_small(path_.c_str(), now.data(), now.size() - 1) == value;
}

int Setting::set(std::string_view value) {
  std::array<char, 64> now{};
  const std::string_view before = read_small(path_.c_str(), now.data(), now.size() - 1);
  if (before == value) return 0;
  const int error = write_small(path_.c_str(), value);
  if (error == 0 && !changed_) {
    changed_ = true;
    before_ = {};
    std::memcpy(before_.data(), before.data(), before.size());
  }
  if (error == 0) {
    ours_ = {};
    std::memcpy(ours_.data(), value.data(), std::min(value.size(), ours_.size() - 1));
  }
  return error;
}

void Setting::restore() {
  if (!changed_) return;
  changed_ = false;
  if (is(ours_.data())) write_small(path_.c_str(), before_.data());
}

}  // namespace aerostat::agent
