// `squeezed`: XenServer's and XCP-ng's daemon. Every 10 s each VM gets its minimum and the same part of its
// range from minimum to maximum, the largest part that fits the host. It does not consider demand. A VM whose
// memory stands still for 5 s on the way is left out until the next check, which trusts it anew.
// `squeezed-equal` uses Aerostat's estimate, with headroom, as the minimum.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct SqueezedConstants {
  bool equal = false;
  double check_s = 10;
  double step_s = 1;          // between two looks on the way
  double host_free_mib = 72;  // 64 MiB of low memory and 8 MiB
  double stuck_s = 5;
  double tolerance_mib = 0.5;  // of a target
  double most_part = 1;        // of the range
  double headroom_share = 0;   // equal only: above estimated demand
  double headroom_mib = 0;
};

std::unique_ptr<Rule> squeezed_rule(const SqueezedConstants& constants);
SqueezedConstants squeezed_equal();
Tunable squeezed_tunable();

}  // namespace aerostat::sim
