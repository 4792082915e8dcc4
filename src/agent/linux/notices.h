// Notices: failures of the agent, kept until they can be sent to the host. A few, fixed in size. The same
// notice is not repeated to the same host, and the oldest is dropped if there are too many.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace aerostat::agent {

struct Notice {
  std::array<char, 24> what{};
  std::array<char, 160> text{};
};

class Notices {
 public:
  // "memory37: Invalid argument": `subject`, a colon, and the text of errno, or of `why`.
  void add(std::string_view what, std::string_view subject, int error);
  void add(std::string_view what, std::string_view subject, const char* why);
  // The next one to send, or nullptr; valid until it is dropped.
  const Notice* next() const { return count_ == 0 ? nullptr : &kept_[0]; }
  void drop();
  // There is another host, or one that was started anew: it does not know what was told before.
  void new_host() { last_ = {}; }

 private:
  static constexpr std::size_t kMost = 8;
  std::array<Notice, kMost> kept_{};
  std::size_t count_ = 0;
  Notice last_{};
};

}  // namespace aerostat::agent
