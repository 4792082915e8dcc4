// ReadBudget: limits how much is read of one monitor. Answers have some KiB, and the monitor of a large
// machine that is polled often sends 100 KiB a second. One that sends more is read slowly, because its text
// is parsed in the thread that all VMs wait for. Pure.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/clock.h"

namespace aerostat {

// Measured: text designed to parse slowly takes 30 ns a byte. 256 KiB a second are 8 ms.
inline constexpr double kQmpBytesPerSecond = 256.0 * 1024;
// The burst: what the first contact with a large machine needs.
inline constexpr double kQmpBytesBurst = 512.0 * 1024;

class ReadBudget {
 public:
  // This much was read. Returns how long to pause reading.
  Duration spend(std::size_t bytes, TimePoint now) {
    if (last_ != TimePoint{}) left_ += seconds(now - last_) * kQmpBytesPerSecond;
    last_ = now;
    left_ = std::min(left_, kQmpBytesBurst) - static_cast<double>(bytes);
    if (left_ >= 0) return Duration::zero();
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(-left_ / kQmpBytesPerSecond));
  }

 private:
  double left_ = kQmpBytesBurst;
  TimePoint last_{};
};

}  // namespace aerostat
