// The peers' rules, written from their published descriptions. docs/guide/policies.md has sources, constants
// and simplifications. Each exists twice: as published, and as NAME-equal with our loop of 0.1 s, our sensors
// and estimate, and its own constants, tuned (research/tune.h).
#pragma once

#include <vector>

#include "research/tunable.h"

namespace aerostat::sim {

class Registry;
void add_peers(Registry& all);

// Every NAME-equal, in the form that a search for its constants needs.
std::vector<Tunable> peers_tunables();

}  // namespace aerostat::sim
