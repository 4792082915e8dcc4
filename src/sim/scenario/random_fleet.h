// Random fleets: scenarios made from a seed, with random VMs, faults and events, in which only the laws
// matter: never more committed than the capacity, no VM asked to go beyond its limits. The same seed gives
// the same fleet on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario/scenario.h"

namespace aerostat::sim {

// Lasts `seconds` (at least 20). The host may be ample or crowded. The plan is the policy's, or nonsense (one
// in four).
Scenario random_fleet(std::uint64_t seed, double seconds);
// The same as text, to examine a failure.
std::string random_fleet_text(std::uint64_t seed, double seconds);

}  // namespace aerostat::sim
