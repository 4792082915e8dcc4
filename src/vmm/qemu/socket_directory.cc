#include "vmm/qemu/socket_directory.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <cstring>
#include <memory>

#include "base/log.h"
#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::string_view kEndings[] = {".qmp", ".monitor",
                                         ".sock"};  // the first wins if a name has several
constexpr std::string_view kOthers[] = {".agent", ".ga", ".guest", ".serial", ".console", ".vnc"};

// ATTRIB: permissions changed, which may admit us. The rest: the contents changed.
constexpr std::uint32_t kInteresting = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB |
                                       IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

struct CloseDir {
  void operator()(DIR* d) const { ::closedir(d); }
};

std::size_t rank_of(std::string_view file) {
  for (std::size_t i = 0; i < std::size(kEndings); ++i) {
    if (file.ends_with(kEndings[i])) return i;
  }
  return std::size(kEndings);
}

Error unreadable(const std::string& path, int error) {
  if (error == ENOENT || error == ENOTDIR) {
    return {Error::Kind::NotFound,
            fmt::format("the directory of monitor sockets {} does not exist; make it, or name another one",
                        path)};
  }
  if (error == EACCES || error == EPERM) {
    return {
        Error::Kind::Denied,
        fmt::format(
            "no permission to read {}; give the user that runs aerostatd read and search permission on it",
            path)};
  }
  return {Error::Kind::Internal, fmt::format("cannot watch {}: {}", path, std::strerror(error))};
}

}  // namespace

std::string_view monitor_name_of(std::string_view file) {
  for (const std::string_view ending : kEndings) {
    if (!file.ends_with(ending)) continue;
    const std::string_view name = file.substr(0, file.size() - ending.size());
    for (const std::string_view other : kOthers) {
      if (name.ends_with(other)) return {};
    }
    return name;
  }
  return {};
}

std::string_view vm_name_of(std::string_view file) {
  const std::string_view name = monitor_name_of(file);
  return is_vm_name(name) ? name : std::string_view{};
}

std::optional<FileId> socket_at(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return std::nullopt;
  return FileId{status.st_dev, status.st_ino};
}

SocketDirectory::SocketDirectory(boost::asio::io_context& io, const Clock& clock, std::string path,
                                 std::function<void()> changed)
    : io_(io), path_(std::move(path)), changed_(std::move(changed)), inotify_(io), timer_(io, clock) {}

Result<void> SocketDirectory::start() {
  if (Result<void> done = watch(); !done) return done;
  if (Result<void> done = look(); !done) return done;
  schedule();
  return {};
}

Result<void> SocketDirectory::watch() {
  if (!inotify_.is_open()) {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0) return fail(unreadable(path_, errno));
    boost::system::error_code error;
    inotify_.assign(fd, error);
    if (error) {
      ::close(fd);
      return fail(unreadable(path_, error.value()));
    }
    read_events();
  }
  // Adding it again is harmless, and finds a directory that was created again under the same name.
  watch_ = ::inotify_add_watch(inotify_.native_handle(), path_.c_str(), kInteresting);
  if (watch_ < 0) return fail(unreadable(path_, errno));
  return {};
}

// The contents of the events do not matter: any of them, including an overflow, means look again.
void SocketDirectory::read_events() {
  inotify_.async_read_some(
      boost::asio::buffer(buffer_),
      [this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error, std::size_t) {
        if (error || alive.expired()) return;
        look_soon();
        read_events();
      });
}

void SocketDirectory::look_soon() {
  if (looking_) return;
  looking_ = true;
  boost::asio::post(io_, [this, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    looking_ = false;
    Result<void> done = watch();
    if (done) done = look();
    if (!done) sockets_.clear();
    if (!done) unnamed_.clear();
    const std::string health = done ? "" : done.error().message;
    if (health != health_) {
      health_ = health;
      if (done)
        log_info("event=directory.back path={}", log_word(path_));
      else
        log_warn("event=directory.lost path={} note={}", log_word(path_), log_text(health));
    }
    schedule();
    changed_();
  });
}

void SocketDirectory::schedule() {
  const Duration wait = health_.empty() ? kLookAgain : kLookForDirectory;
  timer_.expires_after(wait);
  timer_.async_wait([this, alive = std::weak_ptr<int>(alive_)](const boost::system::error_code& error) {
    if (!error && !alive.expired()) look_soon();
  });
}

Result<void> SocketDirectory::look() {
  const std::unique_ptr<DIR, CloseDir> dir(::opendir(path_.c_str()));
  if (!dir) return fail(unreadable(path_, errno));
  std::map<std::string, std::string> best;  // VM name -> file
  unnamed_.clear();
  while (const dirent* entry = ::readdir(dir.get())) {
    const std::string_view file = entry->d_name;
    const std::string name(monitor_name_of(file));
    struct stat status{};
    if (name.empty() || ::fstatat(::dirfd(dir.get()), entry->d_name, &status, 0) != 0 ||
        !S_ISSOCK(status.st_mode))
      continue;
    if (!is_vm_name(name)) {
      unnamed_.push_back(path_ + "/" + std::string(file));
      continue;
    }
    const auto [place, fresh] = best.try_emplace(name, file);
    if (!fresh && rank_of(file) < rank_of(place->second)) place->second = file;
  }
  sockets_.clear();
  for (const auto& [name, file] : best) sockets_.emplace(name, path_ + "/" + file);
  return {};
}

}  // namespace aerostat
