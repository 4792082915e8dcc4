// Random fleets: scenarios made of a seed, with random VMs, random sickness and random events, in which only
// the laws are at stake: never more committed than the capacity holds, no VM asked beyond its limits. The
// same seed gives the same fleet on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "sim/scenario/scenario.h"

namespace aerostat::sim {

// Of `seconds` (at least 20); the host may be ample or crowded, the plan the policy's or nonsense (one in
// four).
Scenario random_fleet(std::uint64_t seed, double seconds);
// The same as text, for whoever looks into a failure.
std::string random_fleet_text(std::uint64_t seed, double seconds);

}  // namespace aerostat::sim
