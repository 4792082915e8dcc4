// `qubes`: Qubes OS' qmemman. Guests push their use, with swap and without cache, after a change of 30 MB. A
// VM's preference is 1.3 times that. If all preferences fit, every VM gets its preference and a share of the
// rest. Otherwise VMs above their preference are cut to it, and those below share what becomes free. It acts
// only when much would move or a VM is short.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct QubesConstants {
  bool equal = false;  // Aerostat's estimate of demand, at each report
  double period_s = 0.1;
  double report_mib = 29.3;  // 30,000 KiB; half of it above 10/13 of the guest's memory
  double factor = 1.3;
  double least_mib = 200;        // the lowest preference
  double keep_mib = 50;          // kept free in the hypervisor
  double surplus_share = 0.999;  // of the rest is given away
  double total_mib = 150;        // less than this in all does not move …
  double starving_mib = 15;      // … unless a VM short of its preference gains this much
  double donor_mib = 10;         // less is not taken from a donor
};

std::unique_ptr<Rule> qubes_rule(const QubesConstants& constants);
QubesConstants qubes_equal();
Tunable qubes_tunable();

}  // namespace aerostat::sim
