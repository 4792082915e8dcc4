// Seer: shares a scarce host by what its VMs truly need, which no policy can know, through the same
// actuators. What it lacks of the entitlement is not the fault of an estimate or of a share.
#pragma once

#include "base/clock.h"
#include "sim/rules/registry.h"

namespace aerostat::bench {

// It looks each `looks`, and orders at once.
sim::PolicyEntry seer(Duration looks = std::chrono::milliseconds(20));

}  // namespace aerostat::bench
