// All policies of the lab, by name. `plain` and the peers also come as NAME-equal: the same rule with our
// loop, sensors and estimate, and its constants tuned by the same search.
#pragma once

#include <vector>

#include "research/tunable.h"
#include "sim/rules/registry.h"

namespace aerostat::sim {

Registry builtin_policies();

// The profile `balanced`, and what of it a search may choose.
Tunable aerostat_tunable();

// `aerostat`, `plain` and every NAME-equal, as a search for their constants wants them.
std::vector<Tunable> tunables();

}  // namespace aerostat::sim
