#include "agent/linux/port.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

namespace {

constexpr const char* kNamedPort = "/dev/virtio-ports/org.aerostat.guest.0";  // where udev runs
constexpr std::string_view kPortName = "org.aerostat.guest.0";

int connect_socket(const char* path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (std::strlen(path) >= sizeof address.sun_path) return -ENAMETOOLONG;
  std::memcpy(address.sun_path, path, std::strlen(path) + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -errno;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  const int error = errno;
  ::close(fd);
  return -error;
}

}  // namespace

int Port::open() {
  shut();
  std::array<char, 256> found{};
  // A name that was cut would be another one's.
  if (path_.size() >= found.size()) return ENAMETOOLONG;
  if (!path_.empty()) {
    std::snprintf(found.data(), found.size(), "%.*s", static_cast<int>(path_.size()), path_.data());
  } else if (::access(kNamedPort, F_OK) == 0) {
    std::snprintf(found.data(), found.size(), "%s", kNamedPort);
  } else if (!find(found.data(), found.size())) {
    return ENOENT;
  }
  struct stat about{};
  if (::stat(found.data(), &about) != 0) return errno;
  socket_ = S_ISSOCK(about.st_mode);
  // What is said to the host would be written into a file of that name.
  if (!socket_ && !S_ISCHR(about.st_mode)) return ENODEV;
  fd_ = socket_ ? connect_socket(found.data())
                : ::open(found.data(), O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (fd_ >= 0) return 0;
  const int error = socket_ ? -fd_ : errno;
  fd_ = -1;
  return error;
}

void Port::shut() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  held_ = 0;
}

bool Port::find(char* out, std::size_t room) const {
  DIR* const directory = ::opendir(Path(root_, "/sys/class/virtio-ports").c_str());
  if (directory == nullptr) return false;
  bool found = false;
  while (const dirent* entry = found ? nullptr : ::readdir(directory)) {
    std::array<char, 320> name{};
    std::snprintf(name.data(), name.size(), "/sys/class/virtio-ports/%.200s/name", entry->d_name);
    std::array<char, 64> text{};
    if (read_small(Path(root_, name.data()).c_str(), text.data(), text.size()) != kPortName) continue;
    std::snprintf(out, room, "/dev/%.200s", entry->d_name);
    found = true;
  }
  ::closedir(directory);
  return found;
}

bool Port::send(std::string_view line) {
  if (fd_ < 0 || line.empty() || held_ + line.size() > queue_.size()) return false;
  std::memcpy(queue_.data() + held_, line.data(), line.size());
  held_ += line.size();
  flush();
  return true;
}

bool Port::flush() {
  while (held_ > 0) {
    // The driver takes at most 32 KiB as one buffer, so the queue goes as a whole or, on a socket, in part.
    const ssize_t put = ::write(fd_, queue_.data(), held_);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return errno == EAGAIN || errno == EPIPE;  // EPIPE: the host is away; poll reports it too
    if (put == 0) return true;
    held_ -= static_cast<std::size_t>(put);
    std::memmove(queue_.data(), queue_.data() + put, held_);
  }
  return true;
}

std::string_view Port::receive(bool& gone) {
  gone = false;
  const ssize_t got = ::read(fd_, in_.data(), in_.size());
  if (got > 0) return {in_.data(), static_cast<std::size_t>(got)};
  // 0: on a port the host is away, on a socket it hung up. /dev/null says so for ever.
  gone = got == 0 || (errno != EAGAIN && errno != EINTR && errno != EPIPE);
  return {};
}

}  // namespace aerostat::agent
