// Pace: spreads work evenly over time. Ask how much is due, do it in small steps, wait for the next tick.
// Time lost because the guest stood still is not made up for beyond kForgiven.
#pragma once

#include <cstdint>

#include "shared.h"

namespace workload {

class Pace {
 public:
  // `rate` in bytes a second; 0 means no limit.
  Pace(std::int64_t rate, Counters& counters) : rate_(rate), counters_(counters), start_ns_(now_ns()) {}

  // How many of `wanted` bytes may be touched now: a whole number of pages and at most 1 MiB, so that `stop`
  // and the clock are checked often. Waits for the next tick while nothing is due. 0 after a stop.
  std::int64_t take(std::int64_t wanted);
  // Call after each step: records how long it took.
  void finish_step();

 private:
  std::int64_t due() const;

  std::int64_t rate_;
  Counters& counters_;
  std::int64_t start_ns_;
  std::int64_t taken_ = 0;
  std::int64_t step_ns_ = 0;
};

// Sleeps until the clock shows `at_ns`.
void sleep_until(std::int64_t at_ns);

}  // namespace workload
