// Past: the peak need of a VM in each of its last seconds and minutes, in fixed memory. It answers one
// question: how much of a VM's memory was not needed, and for how long.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/clock.h"

namespace aerostat {

class Past {
 public:
  // The peak is known for the last so many seconds, or since the VM is known.
  static constexpr std::array<double, 17> kSpans{1,  1.5, 2,  3,  4,  6,  8,   10, 12,
                                                 15, 18,  24, 36, 48, 64, 128, 256};

  // Begins at `at` with `need` (MiB).
  void begin(TimePoint at, double need);
  // `need` at `at`, not before the last call; in between it was at most `before`. True if a half second has
  // ended.
  bool note(TimePoint at, double before, double need);

  // MiB: the peak of kSpans[i] and of the present half second.
  double most(std::size_t i) const { return std::max(most_[i], present_); }
  // The longest of kSpans within the VM's life has an index below this.
  std::size_t spans_known() const { return known_; }

 private:
  static constexpr std::int64_t kSlots = 104;    // half seconds
  static constexpr std::int64_t kLateSlots = 9;  // spans of 32 s: the longest, and one that has begun
  static constexpr std::int64_t kLateSpan = 64;  // half seconds each
  float& slot(std::int64_t i) { return slots_[static_cast<std::size_t>(i % kSlots)]; }
  float& late(std::int64_t i) { return late_[static_cast<std::size_t>(i % kLateSlots)]; }
  void look_back();

  TimePoint began_{};
  std::int64_t now_ = 0;  // half seconds since the clock's start
  std::size_t known_ = 0;
  std::array<float, kSlots> slots_{};
  std::array<float, kLateSlots> late_{};
  std::array<float, kSpans.size()> most_{};  // without the present half second
  float present_ = 0;
};

}  // namespace aerostat
