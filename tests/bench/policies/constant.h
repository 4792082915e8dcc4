// Constant need: what a policy changes although nothing changes but the error of the estimate.
#pragma once

#include "sim/replay.h"

namespace aerostat::bench {

// The estimator's error, as a standard deviation: measured on real guests (docs/design/estimator.md).
inline constexpr double kMeasuredError = 0.006;

// Sizes 3 MiB more than a block apart: a need is anywhere within a block, also just below its end. From 0.5
// to 8 GiB.
inline constexpr std::uint64_t kConstantSizes = 60;
inline constexpr double constant_mib(std::uint64_t size) {
  return 500 + 131 * static_cast<double>(size % kConstantSizes);
}

// An hour of a VM that needs `mib`, of which the first 60 s do not count. `error`: of the sensor, standard
// deviation as a share of need.
sim::Outcome constant_need(const sim::PolicyEntry& policy, double mib, double error, std::uint64_t seed);

}  // namespace aerostat::bench
