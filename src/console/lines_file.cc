#include "console/lines_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>
#include <utility>

#include "base/text.h"

namespace aerostat {

namespace {

Error cannot(const std::string& path, int error) {
  const auto kind = error == EACCES ? Error::Kind::Denied : Error::Kind::Invalid;
  return {kind, fmt::format("cannot write {}: {}; {}", printable(path), std::strerror(error),
                            error == EEXIST ? "name another file, or overwrite it with --force"
                                            : "name another file")};
}

}  // namespace

Result<LinesFile> LinesFile::open(const std::string& path, bool force, std::ostream& out) {
  LinesFile file;
  file.path_ = path;
  if (path == "-") {
    file.out_ = &out;
    return file;
  }
  struct stat there{};
  const bool holds = ::stat(path.c_str(), &there) != 0 || S_ISREG(there.st_mode);  // not a pipe or a terminal
  const int how = !holds ? 0 : force ? O_CREAT | O_TRUNC : O_CREAT | O_EXCL;
  file.fd_ = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | how, 0666);
  if (file.fd_ < 0) return fail(cannot(path, errno));
  if (path.ends_with(".gz")) file.gzip_.emplace();
  return file;
}

LinesFile::LinesFile(LinesFile&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      out_(other.out_),
      gzip_(std::move(other.gzip_)) {}

LinesFile::~LinesFile() {
  if (fd_ >= 0) ::close(fd_);
}

Result<void> LinesFile::write(std::string_view text) {
  if (out_ != nullptr) {
    if (out_->write(text.data(), static_cast<std::streamsize>(text.size())).flush()) return {};
    return fail(cannot("standard output", errno));
  }
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(fd_, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      // Half a line would make the whole file unreadable.
      const off_t end = ::lseek(fd_, 0, SEEK_CUR);
      if (done > 0 && end >= 0 && ::ftruncate(fd_, end - static_cast<off_t>(done)) != 0)
        return fail(cannot(path_, errno));
      return fail(cannot(path_, error));
    }
    done += static_cast<std::size_t>(n);
  }
  return {};
}

Result<void> LinesFile::add(std::string_view line, bool flush) {
  return gzip_ ? write(gzip_->add(line, flush)) : write(line);
}

Result<void> LinesFile::finish() { return gzip_ ? write(gzip_->finish()) : Result<void>{}; }

}  // namespace aerostat
