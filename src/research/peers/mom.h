// `mom`: oVirt's Memory Overcommit Manager with VDSM's constants. It acts every 15 s, from means over 150 s.
// A host with less than 20 % free shrinks all guests towards their use and a headroom, by at most 5 %. Any
// other host grows all guests, by at least 5 %, whatever they need. Used is all memory that is not strictly
// free, so a guest full of cache has nothing to give.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct MomConstants {
  bool equal = false;  // Aerostat's estimate of demand is what a guest uses
  double period_s = 15;
  double samples = 10;           // in a mean
  double pressure = 0.20;        // share of the host free: below it guests shrink
  double critical = 0.05;        // below it they are made to swap
  double guest_free = 0.20;      // headroom of a guest on a host without pressure
  double most_change = 0.05;     // of a guest's memory in a round
  double least_change = 0.0025;  // smaller ones are skipped
};

std::unique_ptr<Rule> mom_rule(const MomConstants& constants);
MomConstants mom_equal();
Tunable mom_tunable();

}  // namespace aerostat::sim
