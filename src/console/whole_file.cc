#include "console/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/text.h"

namespace aerostat {

namespace {

Error cannot_write(const std::string& path, int error) {
  const auto kind = error == EACCES ? Error::Kind::Denied : Error::Kind::Invalid;
  return {kind, fmt::format("cannot write {}: {}; name another file", printable(path), std::strerror(error))};
}

// The permissions of a new file under the user's umask.
mode_t usual_mode() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

Result<WholeFile> WholeFile::open(const std::string& path) {
  WholeFile out;
  std::error_code ignored;
  const std::filesystem::path real = std::filesystem::weakly_canonical(path, ignored);
  out.path_ = ignored || real.empty() ? path : real.string();
  out.shown_ = path;
  struct stat there{};
  const bool exists = ::stat(out.path_.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return fail(cannot_write(path, EISDIR));
  if (exists && !S_ISREG(there.st_mode)) {
    out.fd_ = ::open(out.path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY);
    if (out.fd_ < 0) return fail(cannot_write(path, errno));
    return out;
  }
  if (exists && ::access(out.path_.c_str(), W_OK) != 0) return fail(cannot_write(path, errno));
  std::string beside = out.path_ + ".XXXXXX";
  out.fd_ = ::mkostemp(beside.data(), O_CLOEXEC);
  if (out.fd_ < 0) return fail(cannot_write(path, errno));
  out.beside_ = beside;
  if (::fchmod(out.fd_, exists ? there.st_mode & 0777 : usual_mode()) != 0)
    return fail(cannot_write(path, errno));
  return out;
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)),
      shown_(std::move(other.shown_)),
      beside_(std::exchange(other.beside_, {})),
      fd_(std::exchange(other.fd_, -1)) {}

WholeFile::~WholeFile() {
  if (fd_ >= 0) ::close(fd_);
  if (!beside_.empty()) ::unlink(beside_.c_str());
}

Result<void> WholeFile::commit(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(cannot_write(shown_, errno));
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  if (beside_.empty()) return {};
  if (::fsync(fd_) != 0) return fail(cannot_write(shown_, errno));
  if (::rename(beside_.c_str(), path_.c_str()) != 0) return fail(cannot_write(shown_, errno));
  beside_.clear();
  return {};
}

}  // namespace aerostat
