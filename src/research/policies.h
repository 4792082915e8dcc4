// All policies of the lab, by name. `plain` and the peers also exist as NAME-equal: the same rule with our
// loop, sensors and estimate, and constants tuned by the same search.
#pragma once

#include <vector>

#include "research/tunable.h"
#include "sim/rules/registry.h"

namespace aerostat::sim {

Registry builtin_policies();

// The profile `balanced`, and the parts of it that a search may choose.
Tunable aerostat_tunable();

// `aerostat`, `plain` and every NAME-equal, in the form that a search for their constants needs.
std::vector<Tunable> tunables();

}  // namespace aerostat::sim
