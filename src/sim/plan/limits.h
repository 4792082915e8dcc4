// PlanLimits: when a replay is good enough to plan a host by it. Besides the violation of all VMs together,
// it bounds the worst VM, the worst hour and the longest felt deficit, so that no average hides a starved VM.
#pragma once

#include <string>

#include "sim/replay.h"

namespace aerostat::sim {

// The limit of one VM, and of one hour, as a multiple of the limit of all.
inline constexpr double kWorstVmTimes = 2;
inline constexpr double kWorstHourTimes = 10;

struct PlanLimits {
  double violation = 1e-4;  // unmet need, as a share of need
  double episode_s = 2;     // longest felt deficit
};

// Empty if all limits hold; otherwise the first broken limit, in words.
std::string broken_limit(const Outcome& outcome, const PlanLimits& limits);

}  // namespace aerostat::sim
