// The peers' rules, written from their published descriptions; docs/guide/policies.md has source, constants
// and what was simplified for each. Each comes twice: as published, and as NAME-equal with our loop of 0.1 s,
// our sensors and estimate and its own constants, retuned (research/tune.h).
#pragma once

#include <vector>

#include "research/tunable.h"

namespace aerostat::sim {

class Registry;
void add_peers(Registry& all);

// Every NAME-equal, as a search for its constants wants it.
std::vector<Tunable> peers_tunables();

}  // namespace aerostat::sim
