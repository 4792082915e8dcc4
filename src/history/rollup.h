// Rollup: many frames become one for each span of time: the average of each level over the time in which it
// was known, and the maximum of each peak.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "history/frame.h"

namespace aerostat::history {

class Rollup {
 public:
  explicit Rollup(std::int64_t step) : step_(step) {}

  // Adds a frame that stands for `seconds`. Returns the span before, if this one begins another. With `only`:
  // of that VM alone.
  std::optional<Frame> add(const Frame& frame, std::int64_t seconds, std::optional<VmNumber> only = {});
  // What was added and not returned yet.
  std::optional<Frame> finish();

 private:
  struct Sum {
    std::array<std::int64_t, kLevels> sum{};
    std::array<std::int64_t, kLevels> seconds{};  // in which it was known
    std::array<std::int64_t, kPeaks> peak{};
    bool used = false;
  };
  void add(const Point& point, std::int64_t seconds);

  std::int64_t step_;
  std::int64_t from_ = 0;
  std::vector<Sum> sums_;  // by VM
  std::vector<VmNumber> used_;
};

}  // namespace aerostat::history
