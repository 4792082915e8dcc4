#include "pace.h"

#include <algorithm>

namespace workload {

namespace {

constexpr std::int64_t kTick = 5'000'000;        // ns; smooth at a sampling interval of 10 ms
constexpr std::int64_t kForgiven = 100'000'000;  // ns of lateness that is made up for

// No overflow for a phase of hours at many GiB/s.
std::int64_t worth(std::int64_t rate, std::int64_t ns) {
  return rate * (ns / kSecond) +
         static_cast<std::int64_t>(static_cast<double>(rate) * static_cast<double>(ns % kSecond) / 1e9);
}

}  // namespace

void sleep_until(std::int64_t at_ns) {
  timespec at{};
  at.tv_sec = static_cast<time_t>(at_ns / kSecond);
  at.tv_nsec = static_cast<long>(at_ns % kSecond);
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

std::int64_t Pace::due() const { return worth(rate_, now_ns() - start_ns_) - taken_; }

std::int64_t Pace::take(std::int64_t wanted) {
  std::int64_t granted = std::min(wanted, kMiB);
  if (rate_ > 0) {
    std::int64_t allowed = due();
    if (const std::int64_t late = allowed - worth(rate_, kForgiven); late > 0) {
      taken_ += late;
      allowed -= late;
    }
    // A slow pace waits for whole pages; a last part of a page counts as one.
    while (allowed < std::min(wanted, kPage) && !counters_.stop) {
      sleep_until(now_ns() + kTick);
      allowed = due();
    }
    granted = std::min(granted, std::max(allowed / kPage * kPage, std::min(wanted, kPage)));
  }
  if (counters_.stop) return 0;
  taken_ += granted;
  step_ns_ = now_ns();
  return granted;
}

void Pace::finish_step() {
  const std::int64_t took = now_ns() - step_ns_;
  if (took > counters_.slowest_ns) counters_.slowest_ns = took;
}

}  // namespace workload
