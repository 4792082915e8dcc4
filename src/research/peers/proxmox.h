// `proxmox`: Proxmox VE's auto-ballooning. Every 10 s it asks how far the host is from 80 % used, and moves
// its VMs' balloons towards shares of that, 100 MiB a VM at most. VMs with little strictly free memory come
// first when there is some to give and last when it is taken. It acts on the host's use only: on a roomy host
// everybody ends at its maximum.
#pragma once

#include <memory>

#include "research/tunable.h"

namespace aerostat::sim {

struct ProxmoxConstants {
  bool equal = false;  // what a VM has beyond its estimated demand counts as free
  double period_s = 10;
  double used_share = 0.8;    // of the host
  double dead_mib = 10;       // goals smaller than this are left
  double step_mib = 100;      // a VM and round
  double donor_share = 0.25;  // of its minimum must be free in a donor
  double donor_mib = 0;       // and this
};

std::unique_ptr<Rule> proxmox_rule(const ProxmoxConstants& constants);
ProxmoxConstants proxmox_equal();
Tunable proxmox_tunable();

}  // namespace aerostat::sim
