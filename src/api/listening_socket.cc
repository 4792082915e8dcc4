#include "api/listening_socket.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

namespace aerostat {

namespace {

constexpr int kBacklog = 64;

tl::unexpected<Error> broken(const std::string& path, std::string_view what, int code) {
  const bool denied = code == EACCES || code == EPERM || code == EROFS;
  return fail(denied ? Error::Kind::Denied : Error::Kind::Unavailable,
              fmt::format("the API socket {} cannot be {}: {}; {}", path, what, std::strerror(code),
                          code == ENOENT ? "create its directory, or set another socket under [api]"
                                         : "run as a user that may, or set another socket under [api]"));
}

Result<gid_t> group_id(const std::string& name) {
  std::vector<char> room(16384);
  group entry{};
  group* found = nullptr;
  while (::getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found) == ERANGE &&
         room.size() < (1u << 22)) {
    room.resize(room.size() * 2);
  }
  if (found != nullptr) return found->gr_gid;
  return fail(
      Error::Kind::NotFound,
      fmt::format("there is no group '{}' for the API socket; create it, or set another group under [api]",
                  name));
}

// Whether someone listens there. A full backlog (EAGAIN) also means yes.
bool answers(const sockaddr_un& address) {
  const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return true;  // unknown: leave it alone
  const int done = ::connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  const int code = errno;
  ::close(probe);
  return done == 0 || (code != ECONNREFUSED && code != ENOENT);
}

Error alive(const std::string& path) {
  return {
      Error::Kind::Refused,
      fmt::format("another aerostatd answers on {}; stop it first, or set another socket under [api]", path)};
}

}  // namespace

ListeningSocket::ListeningSocket(ListeningSocket&& other) noexcept
    : path_(std::move(other.path_)),
      fd_(std::exchange(other.fd_, -1)),
      lock_(std::exchange(other.lock_, -1)),
      device_(other.device_),
      inode_(std::exchange(other.inode_, 0)),
      group_(other.group_) {}

ListeningSocket::~ListeningSocket() {
  struct stat now{};
  if (inode_ != 0 && ::lstat(path_.c_str(), &now) == 0 && now.st_ino == inode_ && now.st_dev == device_) {
    ::unlink(path_.c_str());
  }
  if (fd_ >= 0) ::close(fd_);
  if (lock_ >= 0) ::close(lock_);
}

int ListeningSocket::release() { return std::exchange(fd_, -1); }

Result<ListeningSocket> ListeningSocket::open(const std::string& path, mode_t mode,
                                              const std::optional<std::string>& group) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Error::Kind::Invalid,
                fmt::format("the API socket's path has {} characters; it must have 1 to {}", path.size(),
                            sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.data(), path.size());

  ListeningSocket out;
  out.path_ = path;
  out.group_ = ::getegid();
  if (group) {
    const Result<gid_t> id = group_id(*group);
    if (!id) return fail(id.error());
    out.group_ = *id;
  }
  if (const std::size_t slash = path.rfind('/'); slash != std::string::npos && slash > 0) {
    ::mkdir(path.substr(0, slash).c_str(), 0755);  // if it fails, the next step reports why
  }

  // Two daemons that start at the same time must not both treat the path as abandoned.
  const std::string lock = path + ".lock";
  out.lock_ = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (out.lock_ < 0) return broken(lock, "locked", errno);
  if (::flock(out.lock_, LOCK_EX | LOCK_NB) != 0) return fail(alive(path));

  struct stat there{};
  if (::lstat(path.c_str(), &there) == 0) {
    if (!S_ISSOCK(there.st_mode)) {
      return fail(
          Error::Kind::Refused,
          fmt::format("{} exists and is not a socket; move it away, or set another socket under [api]",
                      path));
    }
    if (answers(address)) return fail(alive(path));
    if (::unlink(path.c_str()) != 0) return broken(path, "replaced", errno);
  }

  out.fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (out.fd_ < 0) return broken(path, "created", errno);
  // On Linux the file gets the descriptor's mode (less the umask): it is created for the owner only.
  if (::fchmod(out.fd_, 0600) != 0) return broken(path, "created", errno);
  if (::bind(out.fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return broken(path, "created", errno);
  if (::lstat(path.c_str(), &there) != 0) return broken(path, "created", errno);
  out.device_ = there.st_dev;
  out.inode_ = there.st_ino;
  if (there.st_gid != out.group_ && ::lchown(path.c_str(), static_cast<uid_t>(-1), out.group_) != 0) {
    const int code = errno;
    if (code != EPERM || !group) return broken(path, "given to its group", code);
    return fail(
        Error::Kind::Denied,
        fmt::format("the API socket {} cannot be given to the group '{}': {}; add the user of aerostatd "
                    "to that group and start it again, or set another group under [api]",
                    path, *group, std::strerror(code)));
  }
  if (::chmod(path.c_str(), mode & 0777) != 0) return broken(path, "opened to its users", errno);
  if (::listen(out.fd_, kBacklog) != 0) return broken(path, "listened on", errno);
  return out;
}

}  // namespace aerostat
