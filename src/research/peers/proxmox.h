// `proxmox`: Proxmox VE's auto-ballooning. Every 10 s it compares the host with 80 % used, and moves its VMs'
// balloons towards their shares of that, at most 100 MiB a VM. VMs with little strictly free memory are first
// when memory is given and last when it is taken. It reacts only to the host's use: on a roomy host every VM
// ends at its maximum.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct ProxmoxConstants {
  bool equal = false;  // memory beyond a VM's estimated demand counts as free
  double period_s = 10;
  double used_share = 0.8;    // of the host
  double dead_mib = 10;       // smaller goals are ignored
  double step_mib = 100;      // for each VM and round
  double donor_share = 0.25;  // share of its minimum that must be free in a donor …
  double donor_mib = 0;       // … and this
};

std::unique_ptr<Rule> proxmox_rule(const ProxmoxConstants& constants);
ProxmoxConstants proxmox_equal();
Tunable proxmox_tunable();

}  // namespace aerostat::sim
