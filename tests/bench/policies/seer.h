// Seer: shares a scarce host by what its VMs truly need at every moment, which no policy can know, through
// the same actuators. What it lacks of the entitlement, blocks and the speed of paging cost, and no rule can
// get back.
#pragma once

#include "sim/rules/registry.h"

namespace aerostat::bench {

sim::PolicyEntry seer();

}  // namespace aerostat::bench
