// ServiceManager: tells systemd that the daemon is ready, alive, reloading or stopping, in sd_notify's
// protocol: one datagram each to the socket that the environment names. Says nothing where no service manager
// asked for it. Never blocks; what cannot be delivered is dropped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aerostat {

class ServiceManager {
 public:
  // From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID; takes them out of the environment.
  static ServiceManager from_environment();
  // `watchdog`: without a sign of life for so long the service manager ends the daemon and starts it again.
  ServiceManager(std::string socket, std::optional<Duration> watchdog);
  ~ServiceManager();
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&&) = delete;

  void ready() const { say("READY=1"); }
  void reloading(TimePoint now) const;
  void stopping() const { say("STOPPING=1"); }
  // To be called by whatever must not stand still; tells it three times in the watchdog's time.
  void alive(TimePoint now);

 private:
  void say(std::string_view text) const;

  std::string socket_;
  std::optional<Duration> watchdog_;
  std::optional<TimePoint> told_;
  int fd_ = -1;
};

}  // namespace aerostat
