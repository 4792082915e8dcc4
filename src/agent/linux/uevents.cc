#include "agent/linux/uevents.h"

#include <linux/netlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace aerostat::agent {

Uevents::Event parse_uevent(std::string_view header) {
  constexpr std::string_view kPlace = "@/devices/system/memory/";
  const std::size_t at = header.find(kPlace);
  if (at == std::string_view::npos) return {};
  const std::string_view what = header.substr(0, at);
  const std::string_view block = header.substr(at + kPlace.size());
  if (what == "add") return {Uevents::Kind::Added, block};
  if (what == "online") return {Uevents::Kind::Online, block};
  return {};
}

Uevents::Uevents() {
  fd_ = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_KOBJECT_UEVENT);
  if (fd_ < 0) return;
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = 1;  // the kernel's own events
  if (::bind(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
  ::close(fd_);
  fd_ = -1;
}

Uevents::~Uevents() {
  if (fd_ >= 0) ::close(fd_);
}

Uevents::Event Uevents::next() {
  while (fd_ >= 0) {
    sockaddr_nl from{};
    socklen_t length = sizeof from;
    const ssize_t got =
        ::recvfrom(fd_, buffer_.data(), buffer_.size(), 0, reinterpret_cast<sockaddr*>(&from), &length);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == ENOBUFS) return {Kind::Lost, {}};
    if (got <= 0) return {};
    if (from.nl_pid != 0) continue;  // a process, not the kernel
    const std::string_view message(buffer_.data(), static_cast<std::size_t>(got));
    const Event event = parse_uevent(message.substr(0, message.find('\0')));
    if (event.kind != Kind::None) return event;
  }
  return {};
}

}  // namespace aerostat::agent
