// `hyperv`: Hyper-V's Dynamic Memory as its vendor describes it. Guests report committed memory once a
// second. A VM should have that and its buffer. It gets missing memory at once, and returns surplus from time
// to time, or at once when another VM lacks it. Memory is shared by weight above the minimums.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct HypervConstants {
  bool equal = false;          // Aerostat's estimate of demand instead of committed memory
  double period_s = 1;         // interval of the guest's report and of the balancer
  double buffer_scale = 1;     // of the VM's own buffer
  double floor_mib = 0;        // additional headroom
  double low = 1;              // memory is added when less than this share of the headroom is left
  double shrink_every_s = 30;  // not published; the balancer was seen to correct itself at this interval
  double least_mib = 2;        // smaller amounts are not taken back: the driver's unit
};

std::unique_ptr<Rule> hyperv_rule(const HypervConstants& constants);
HypervConstants hyperv_equal();
Tunable hyperv_tunable();

// What Linux' driver adds to its report, by the memory the guest sees: what it would not give up.
double hyperv_balloon_floor(double total_mib);

}  // namespace aerostat::sim
