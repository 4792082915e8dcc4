// Scarce: hosts that have less than their VMs need together. What VMs lack there of their fair share (E) is
// judged, and how much of that comes from how memory moves and how old what is known is.
#pragma once

#include <string>
#include <vector>

#include "policies/suite.h"

namespace aerostat::bench {

struct ScarceHost {
  std::string name;
  bool weighted = false;   // weights 8000 and 2000 instead of equal ones
  bool own_peaks = false;  // `part` is of the sum of each VM's own peak, not of the peak of all together
  double part = 1;
};
const std::vector<ScarceHost>& scarce_hosts();

// Per cent of need, means over seeds.
struct Lack {
  double all = 0;    // E of all VMs
  double worst = 0;  // E of the worst VM
};
Lack lack(const SuiteOptions& options, const ScarceHost& host, const sim::PolicyEntry& policy,
          const sim::Physics& physics = {});

// E of ours and of who sees true need, with memory that moves as it was measured, in smaller blocks, faster.
std::string table_of_scarce(const SuiteOptions& options);

}  // namespace aerostat::bench
