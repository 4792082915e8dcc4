// Scarce: hosts with less memory than their VMs need together. E is what VMs lack of their fair share. The
// table separates the causes: how memory moves, and how old the known need is.
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

// Percent of need, means over seeds.
struct Lack {
  double all = 0;    // E of all VMs
  double worst = 0;  // E of the worst VM
};
Lack lack(const SuiteOptions& options, const ScarceHost& host, const sim::PolicyEntry& policy,
          const sim::Physics& physics = {});

// E of our policy and of the seer, which knows the true need: with memory that moves as measured, at once,
// and in smaller blocks.
std::string table_of_scarce(const SuiteOptions& options);

}  // namespace aerostat::bench
