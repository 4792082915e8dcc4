// Uevents: the kernel's events that a block of memory was added or came online, over netlink. Only messages
// from the kernel itself are accepted. Without netlink the agent still works, a little later.
#pragma once

#include <array>
#include <string_view>

namespace aerostat::agent {

class Uevents {
 public:
  enum class Kind { None, Added, Online, Lost };
  struct Event {
    Kind kind = Kind::None;
    std::string_view block{};  // "memory37"; valid until the next call
  };

  Uevents();
  ~Uevents();
  Uevents(const Uevents&) = delete;
  Uevents& operator=(const Uevents&) = delete;

  int fd() const { return fd_; }
  // The next memory event; None if there are no more now. Never blocks.
  Event next();

 private:
  int fd_ = -1;
  std::array<char, 2048> buffer_{};
};

// Parses "add@/devices/system/memory/memory37".
Uevents::Event parse_uevent(std::string_view header);

}  // namespace aerostat::agent
