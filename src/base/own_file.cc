#include "base/own_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace aerostat {

namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

tl::unexpected<Error> unreadable(const std::string& path, int code) {
  if (code == ELOOP)
    return fail(Error::Kind::Invalid, path + " is a symbolic link, and is not followed; put the file there");
  const Error::Kind kind = code == ENOENT || code == ENOTDIR ? Error::Kind::NotFound
                           : code == EACCES || code == EPERM ? Error::Kind::Denied
                                                             : Error::Kind::Unavailable;
  return fail(kind, fmt::format("{} cannot be read: {}", path, std::strerror(code)));
}

int write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t put = ::write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  return 0;
}

}  // namespace

Result<std::string> read_own_file(const std::string& path, std::size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (file.get() < 0) return unreadable(path, errno);
  struct stat about{};
  if (::fstat(file.get(), &about) != 0) return unreadable(path, errno);
  if (!S_ISREG(about.st_mode)) return fail(Error::Kind::Invalid, path + " is not a regular file; remove it");
  if (about.st_uid != 0 && about.st_uid != ::geteuid()) {
    return fail(Error::Kind::Denied,
                fmt::format("{} belongs to user {} and is not believed; it must belong to root or to the "
                            "user of aerostatd",
                            path, about.st_uid));
  }
  std::string text;
  char part[8192];
  while (true) {
    const ssize_t got = ::read(file.get(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    if (got == 0) return text;
    text.append(part, static_cast<std::size_t>(got));
    if (text.size() > most)
      return fail(Error::Kind::Invalid, fmt::format("{} is larger than {} bytes", path, most));
  }
}

std::optional<FileFault> replace_own_file(const std::string& path, std::string_view text, mode_t mode,
                                          Durable durable) {
  // Always the same name, so that what a crash leaves behind is replaced by the next.
  const std::string fresh = path + ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return FileFault{fresh, errno};
  int fault = 0;
  {
    const Descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
    if (file.get() < 0) return FileFault{fresh, errno};
    fault = write_all(file.get(), text);
    if (fault == 0 && durable == Durable::Yes && ::fsync(file.get()) != 0) fault = errno;
  }
  if (fault != 0 || std::rename(fresh.c_str(), path.c_str()) != 0) {
    if (fault == 0) fault = errno;
    ::unlink(fresh.c_str());
    return FileFault{path, fault};
  }
  if (durable == Durable::No) return std::nullopt;
  // The new name must survive a power cut too. Should this fail, the file is there and readable now.
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const Descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() >= 0) ::fsync(parent.get());
  return std::nullopt;
}

}  // namespace aerostat
