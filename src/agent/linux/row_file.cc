#include "agent/linux/row_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace aerostat::agent {

RowFile::~RowFile() {
  if (ours_) ::close(fd_);
}

int RowFile::open(const char* path, bool force) {
  if (std::string_view(path) == "-") {
    fd_ = STDOUT_FILENO;
  } else {
    const int how = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (force ? O_TRUNC : O_EXCL);
    fd_ = ::open(path, how, 0666);
    // A pipe or a terminal buffers nothing that could be lost.
    struct stat there{};
    if (fd_ < 0 && errno == EEXIST && ::stat(path, &there) == 0 && !S_ISREG(there.st_mode)) {
      fd_ = ::open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
    }
    if (fd_ < 0) return errno;
    ours_ = true;
  }
  struct stat about{};
  regular_ = ours_ && ::fstat(fd_, &about) == 0 && S_ISREG(about.st_mode);
  return 0;
}

int RowFile::write(std::string_view line) {
  std::size_t done = 0;
  while (done < line.size()) {
    const ssize_t put = ::write(fd_, line.data() + done, line.size() - done);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) {
      const int error = errno;
      const off_t end = regular_ ? ::lseek(fd_, 0, SEEK_CUR) : -1;
      if (done > 0 && end >= 0) {
        if (::ftruncate(fd_, end - static_cast<off_t>(done)) != 0) return errno;
      }
      return error;
    }
    done += static_cast<std::size_t>(put);
  }
  return 0;
}

}  // namespace aerostat::agent
