// Uevents: the kernel's word that a block of memory was added or came online, over netlink. Only messages of
// the kernel itself are believed. Where netlink is not to be had the agent works without, a little later.
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
  // The next event about memory; None when there is no more for now. Never blocks.
  Event next();

 private:
  int fd_ = -1;
  std::array<char, 2048> buffer_{};
};

// Reads "add@/devices/system/memory/memory37".
Uevents::Event parse_uevent(std::string_view header);

}  // namespace aerostat::agent
