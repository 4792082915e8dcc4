// Seer: shares a scarce host by the true need of its VMs, which no policy can know, through the same
// actuators. Its shortfall is not the fault of an estimate or of a share.
#pragma once

#include "base/clock.h"
#include "sim/rules/registry.h"

namespace aerostat::bench {

// It looks every `looks`, and orders at once.
sim::PolicyEntry seer(Duration looks = std::chrono::milliseconds(20));

}  // namespace aerostat::bench
