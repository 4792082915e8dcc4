// SizeWatch: when programs should hear that their machine has another size than they were told. Pure. Memory
// comes in many steps: they hear of it when the size has not changed for a while, or now and then while it
// grows. They hear of memory that went without a word when it is gone, and do not hear of a few MiB.
#pragma once

#include <algorithm>
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
    const std::int64_t moved = kib < size_ ? size_ - kib : kib - size_;
    if (moved >= kLeastKib) {
      if (kib > size_) shrinks_ = false;
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
    const std::int64_t grown = latest_ - told_, stood = now - since_;
    if (grown < kLeastKib && -grown < kLeastKib) return {};
    const bool due = stood >= kStill || (grown > 0 && now - told_at_ >= kAgain);
    // What is about to go may take its time; it may also stay.
    const bool waits = shrinks_ && std::min(stood, now - told_at_) < kAgain;
    return due && !waits ? std::optional(Change{told_, latest_}) : std::nullopt;
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
