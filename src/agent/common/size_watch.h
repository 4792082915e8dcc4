// SizeWatch: when programs should hear that their machine has another size than they were told. Pure. Memory
// comes in many steps: they hear of it when the size has not changed for a while, or now and then while it
// grows. They hear of memory that went without a word when it is gone, and do not hear of a few MiB. What was
// announced, and not heard by all, is told again.
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
    if (size_ == 0) told_ = kib;
    known_ = true;
    if (!near(kib, size_)) {
      if (kib > size_) shrinks_ = false;
      size_ = kib;
      since_ = now;
    }
    latest_ = kib;
    if (kib < told_ + kLeastKib) shrinks_ = false;
  }
  // Nobody looks for now. Programs hear nothing before saw(): what was seen last may be long gone.
  void looks_away() { known_ = false; }
  // Programs heard of this size: the one that the machine has, or will have.
  void told(std::int64_t kib, std::int64_t now) {
    before_ = told_;
    shrank_ = shrinks_;
    shrinks_ = kib < latest_;
    missed_.reset();
    told_ = kib;
    told_at_ = now;
  }
  // None of them did: they believe what they were told before.
  void nobody_heard() {
    told_ = before_;
    shrinks_ = shrank_ && latest_ - told_ >= kLeastKib;
  }
  // Some of them did not. They hear of it when the memory has gone, and the others if it stays.
  void some_missed_it() { missed_ = before_; }
  // What programs should hear of now; say told() when they did.
  std::optional<Change> due(std::int64_t now) const {
    if (!known_) return {};
    const std::int64_t grown = latest_ - told_, stood = now - since_;
    if (near(latest_, told_)) {
      const bool misses = missed_ && !near(latest_, *missed_) && stood >= kStill;
      return misses ? std::optional(Change{*missed_, latest_}) : std::nullopt;
    }
    const bool due = stood >= kStill || (grown > 0 && now - told_at_ >= kAgain);
    // What is about to go may take its time; it may also stay.
    const bool waits = shrinks_ && std::min(stood, now - told_at_) < kAgain;
    const std::int64_t old = grown < 0 ? missed_.value_or(told_) : told_;
    return due && !waits ? std::optional(Change{old, latest_}) : std::nullopt;
  }

 private:
  static bool near(std::int64_t a, std::int64_t b) { return a - b < kLeastKib && b - a < kLeastKib; }

  static constexpr std::int64_t kLeastKib = std::int64_t{16} * 1024;
  static constexpr std::int64_t kStill = 3'000'000'000;
  // Longer than the host waits before it announces the rest of a shrink that takes its time.
  static constexpr std::int64_t kAgain = 15'000'000'000;

  std::int64_t size_ = 0, latest_ = 0, told_ = 0;
  std::int64_t since_ = 0, told_at_ = 0;
  std::int64_t before_ = 0;             // told_ before the last told(), with shrank_ for shrinks_
  std::optional<std::int64_t> missed_;  // some believe in this size, and not in told_
  bool known_ = false;                  // somebody looks
  bool shrinks_ = false;                // told of memory that has not gone yet
  bool shrank_ = false;
};

}  // namespace aerostat::agent
