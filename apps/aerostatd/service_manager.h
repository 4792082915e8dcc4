// ServiceManager: tells systemd that the daemon is ready, alive, reloading or stopping, by the sd_notify
// protocol: one datagram each to the socket in the environment. Sends nothing if no service manager asked for
// it. Never blocks; undeliverable messages are dropped.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace aerostat {

class ServiceManager {
 public:
  // From $NOTIFY_SOCKET, $WATCHDOG_USEC and $WATCHDOG_PID; removes them from the environment.
  static ServiceManager from_environment();
  // `watchdog`: after this long without a sign of life the service manager restarts the daemon.
  ServiceManager(std::string socket, std::optional<Duration> watchdog);
  ~ServiceManager();
  ServiceManager(ServiceManager&& other) noexcept;
  ServiceManager& operator=(ServiceManager&&) = delete;

  void ready() const { say("READY=1"); }
  void reloading(TimePoint now) const;
  void stopping() const { say("STOPPING=1"); }
  // Call it from whatever must not stand still; it notifies three times in the watchdog's time.
  void alive(TimePoint now);

 private:
  void say(std::string_view text) const;

  std::string socket_;
  std::optional<Duration> watchdog_;
  std::optional<TimePoint> told_;
  int fd_ = -1;
};

}  // namespace aerostat
