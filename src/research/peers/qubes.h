// `qubes`: Qubes OS' qmemman. Guests push what they use, swap included and cache not, when it changed by 30
// MB. A VM is preferred to have 1.3 times that. If that is there for all, everybody gets it and a share of
// all that is left; if not, those above it are cut to it and those below share what comes free. It acts only
// when much would move or somebody is short.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct QubesConstants {
  bool equal = false;  // Aerostat's estimate of demand, each report of it
  double period_s = 0.1;
  double report_mib = 29.3;  // 30,000 KiB; half of it when more than 10/13 of the guest's memory is used
  double factor = 1.3;
  double least_mib = 200;        // nobody is preferred to have less
  double keep_mib = 50;          // free in the hypervisor
  double surplus_share = 0.999;  // of what is left is given away
  double total_mib = 150;        // less than this in all does not move …
  double starving_mib = 15;      // … unless a VM short of its preference gains this much
  double donor_mib = 10;         // less is not taken from a donor
};

std::unique_ptr<Rule> qubes_rule(const QubesConstants& constants);
QubesConstants qubes_equal();
Tunable qubes_tunable();

}  // namespace aerostat::sim
