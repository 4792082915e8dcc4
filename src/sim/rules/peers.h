// The peers' rules, written from their published descriptions; docs/guide/policies.md has source, constants
// and what was simplified for each. Each comes twice: as published, and as NAME-equal with our loop of 0.1 s,
// our sensors and estimate and its own constants, retuned (sim/tune.h).
#pragma once

#include <vector>

#include "sim/rules/tunable.h"

namespace aerostat::sim {

class Registry;
void add_peers(Registry& all);

// `aerostat`, `plain` and every NAME-equal, as a search for their constants wants them.
std::vector<Tunable> tunables();

}  // namespace aerostat::sim
