// Physics: what the virtual hypervisor and guest can do, and how fast. The defaults were measured on real
// guests: `script/bench actuators`, docs/actuators.md.
#pragma once

namespace aerostat::sim {

struct Physics {
  double block_mib = 128;        // targets are multiples of this: one memory block of Linux
  double grow_latency_s = 0.02;  // from the command to the first new memory
  double grow_mib_s = 9000;
  double shrink_latency_s = 0.03;
  double shrink_mib_s = 650;     // free memory: unplugged or ballooned
  double swap_mib_s = 90;        // memory in use has to be paged out first, and in again (zram)
  double memmap_share = 1.0 / 64;  // of new memory must be free before it comes online
  double report_delay_s = 0.001;   // from the guest's sample to the daemon
  double cache_period_s = 10;      // a hot page of cache is read once in this time
  double slowest = 0.1;            // progress of a program that lacks nearly all it needs
};

}  // namespace aerostat::sim
