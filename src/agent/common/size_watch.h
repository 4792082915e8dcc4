// SizeWatch: when programs should hear that their machine has grown. Pure. Memory comes in many steps.
// Programs hear of it when the size has not changed for a while, or now and then while it changes. They do
// not hear of a few MiB.
#pragma once

#include <cstdint>
#include <optional>

namespace aerostat::agent {

class SizeWatch {
 public:
  struct Change {
    std::int64_t old_kib = 0, new_kib = 0;
  };

  // The machine has this much. The first size is what its programs were started with.
  void saw(std::int64_t kib, std::int64_t now) {
    if (told_ == 0) told_ = kib;
    if (kib < told_) told_ = kib;  // taken without a word
    const std::int64_t moved = kib < size_ ? size_ - kib : kib - size_;
    if (moved >= kLeastKib) {
      size_ = kib;
      since_ = now;
    }
    latest_ = kib;
    if (kib < told_ + kLeastKib) shrinks_ = false;
  }
  // Programs heard of this size: the one that the machine has, or will have.
  void told(std::int64_t kib, std::int64_t now) {
    shrinks_ = kib < latest_;
    told_ = kib;
    told_at_ = now;
  }
  // What programs should hear of now; say told() when they did.
  std::optional<Change> due(std::int64_t now) const {
    if (latest_ - told_ < kLeastKib) return {};
    const bool stands = now - since_ >= kStill && !shrinks_;
    if (!stands && now - told_at_ < kAgain) return {};
    return Change{told_, latest_};
  }

 private:
  static constexpr std::int64_t kLeastKib = std::int64_t{16} * 1024;
  static constexpr std::int64_t kStill = 3'000'000'000;
  // Longer than the host waits before it announces the rest of a shrink that takes its time.
  static constexpr std::int64_t kAgain = 15'000'000'000;

  std::int64_t size_ = 0, latest_ = 0, told_ = 0;
  std::int64_t since_ = 0, told_at_ = 0;
  bool shrinks_ = false;  // told of memory that has not gone yet
};

}  // namespace aerostat::agent
