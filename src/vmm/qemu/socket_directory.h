// SocketDirectory: which monitor sockets are in a directory now. It watches the directory with inotify, scans
// it every few seconds in any case, and survives its removal and re-creation. It never connects.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "reactor/timer.h"

namespace aerostat {

// inotify reports at once. This is for what it does not report (a queue overflow, a file system without it).
inline constexpr Duration kLookAgain = std::chrono::seconds(3);
inline constexpr Duration kLookForDirectory = std::chrono::seconds(1);

// "db.qmp", "db.monitor" and "db.sock" are the monitor of the VM "db". Empty: not a monitor's name. A ".sock"
// whose rest ends in ".agent", ".ga", ".guest", ".serial", ".console" or ".vnc" is not a monitor.
std::string_view monitor_name_of(std::string_view file);
// The same, if it is a valid VM name.
std::string_view vm_name_of(std::string_view file);

// Which file it is, whatever its name.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend bool operator==(const FileId&, const FileId&) = default;
};
// The socket at this path; missing: there is none, or it cannot be seen.
std::optional<FileId> socket_at(const std::string& path);

class SocketDirectory {
 public:
  using Sockets = std::map<std::string, std::string>;  // VM name -> path of its socket
  // `changed` is called from the reactor when sockets() or health() may have changed, and on every scan.
  SocketDirectory(boost::asio::io_context& io, const Clock& clock, std::string path,
                  std::function<void()> changed);

  // The first scan. An error if the directory cannot be read: which, why and what to do.
  Result<void> start();
  const Sockets& sockets() const { return sockets_; }
  // Paths of monitors with invalid VM names.
  const std::vector<std::string>& unnamed() const { return unnamed_; }
  // Empty: all is well. Otherwise one sentence.
  const std::string& health() const { return health_; }
  const std::string& path() const { return path_; }

 private:
  Result<void> look();
  Result<void> watch();
  void read_events();
  void look_soon();
  void schedule();

  boost::asio::io_context& io_;
  std::string path_;
  std::function<void()> changed_;
  Sockets sockets_;
  std::vector<std::string> unnamed_;
  std::string health_;
  boost::asio::posix::stream_descriptor inotify_;
  Timer timer_;
  int watch_ = -1;
  bool looking_ = false;
  std::array<char, 4096> buffer_{};
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace aerostat
