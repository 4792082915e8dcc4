#include "port.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

namespace workload {

namespace {

constexpr std::size_t kLongestLine = 512;
constexpr std::size_t kMostUnsent = 65536;

void set_nonblocking(int fd) { ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK); }

}  // namespace

bool Port::open() {
  if (in_ >= 0) return true;
  if (path_ == "-") {
    in_ = STDIN_FILENO;
    out_ = STDOUT_FILENO;
    set_nonblocking(in_);
  } else {
    in_ = out_ = ::open(path_.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  }
  return in_ >= 0;
}

void Port::shut() {
  if (in_ > STDERR_FILENO) ::close(in_);
  in_ = out_ = -1;
}

bool Port::receive(std::vector<std::string>& lines) {
  std::array<char, 4096> chunk;
  const ssize_t got = ::read(in_, chunk.data(), chunk.size());
  for (ssize_t i = 0; i < got; ++i) {
    const char byte = chunk[static_cast<std::size_t>(i)];
    if (byte != '\n') {
      if (received_.size() <= kLongestLine) received_ += byte;
    } else {
      if (!received_.empty() && received_.size() <= kLongestLine) lines.push_back(received_);
      received_.clear();
    }
  }
  return got == 0;
}

void Port::send(const std::string& line) {
  unsent_ += line;
  unsent_ += '\n';
  while (unsent_.size() > kMostUnsent) unsent_.erase(0, unsent_.find('\n') + 1);
  flush();
}

// A virtio port takes a whole line of this size or nothing; a pipe may take less.
void Port::flush() {
  if (out_ < 0 || unsent_.empty()) return;
  while (!unsent_.empty()) {
    const std::size_t end = unsent_.find('\n') + 1;
    const ssize_t written = ::write(out_, unsent_.data(), end);
    if (written <= 0) return;
    unsent_.erase(0, static_cast<std::size_t>(written));
  }
}

}  // namespace workload
