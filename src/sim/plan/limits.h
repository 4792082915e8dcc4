// PlanLimits: when a replay is good enough for a host to be planned with it. Besides the violation of all VMs
// together it bounds the worst VM, the worst hour and what a guest feels without a break, so that no average
// hides a starved VM.
#pragma once

#include <string>

#include "sim/replay.h"

namespace aerostat::sim {

// A VM may be short of this many times the limit of all, an hour of this many times.
inline constexpr double kWorstVmTimes = 2;
inline constexpr double kWorstHourTimes = 10;

struct PlanLimits {
  double violation = 1e-4;  // need that is not met, as a share of need
  double episode_s = 2;     // longest time with a felt deficit
};

// Empty when all limits hold; otherwise the first that does not, in words.
std::string broken_limit(const Outcome& outcome, const PlanLimits& limits);

}  // namespace aerostat::sim
