#include "service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace aerostat {

namespace {

std::string taken(const char* name) {
  const char* const value = std::getenv(name);
  std::string out = value ? value : "";
  ::unsetenv(name);
  return out;
}

std::optional<std::int64_t> number(const std::string& text) {
  std::int64_t out = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, out);
  if (error != std::errc{} || stop != end || out <= 0) return std::nullopt;
  return out;
}

}  // namespace

ServiceManager ServiceManager::from_environment() {
  std::string socket = taken("NOTIFY_SOCKET");
  const std::optional<std::int64_t> period_us = number(taken("WATCHDOG_USEC"));
  const std::string watched = taken("WATCHDOG_PID");
  std::optional<Duration> watchdog;
  // The variables may have been meant for our parent process.
  if (period_us && (watched.empty() || number(watched) == ::getpid()))
    watchdog = std::chrono::microseconds(*period_us);
  return {std::move(socket), watchdog};
}

ServiceManager::ServiceManager(std::string socket, std::optional<Duration> watchdog)
    : socket_(std::move(socket)), watchdog_(watchdog) {
  const bool fits = socket_.size() > 1 && socket_.size() < sizeof(sockaddr_un{}.sun_path);
  if (!fits || (socket_[0] != '/' && socket_[0] != '@')) return;
  fd_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

ServiceManager::~ServiceManager() {
  if (fd_ >= 0) ::close(fd_);
}

ServiceManager::ServiceManager(ServiceManager&& other) noexcept
    : socket_(std::move(other.socket_)),
      watchdog_(other.watchdog_),
      told_(other.told_),
      fd_(std::exchange(other.fd_, -1)) {}

void ServiceManager::reloading(TimePoint now) const {
  const auto since_boot = std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", since_boot.count()));
}

void ServiceManager::alive(TimePoint now) {
  if (!watchdog_ || (told_ && now - *told_ < *watchdog_ / 3)) return;
  told_ = now;
  say("WATCHDOG=1");
}

void ServiceManager::say(std::string_view text) const {
  if (fd_ < 0) return;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (socket_[0] == '@') address.sun_path[0] = '\0';  // an abstract socket
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): how the system takes an address
  const auto* const to = reinterpret_cast<const sockaddr*>(&address);
  (void)::sendto(fd_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT, to, length);
}

}  // namespace aerostat
