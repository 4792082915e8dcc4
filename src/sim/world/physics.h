// Physics: what the virtual hypervisor and guest can do, and how fast. The defaults were measured on real
// guests: `script/bench actuators`, docs/actuators.md.
#pragma once

namespace aerostat::sim {

struct Physics {
  double block_mib = 128;         // targets are multiples of this: one memory block of Linux
  double grow_latency_s = 0.003;  // from the command to the first new memory
  double grow_mib_s = 9000;
  double online_s = 0.012;      // until the guest can use what was plugged
  double deflate_mib_s = 1040;  // what is below boot memory, and comes from the balloon
  double shrink_latency_s = 0.03;
  // Unplugging: parts of one of Linux's memory blocks go at a rate, a whole one goes at once after a while in
  // which its free pages are set apart and not available; the first of an order takes longer (TCG; a guest
  // under KVM is quicker).
  double unplug_mib_s = 1000;
  double unplug_first_s = 0.3;
  double unplug_block_s = 0.09;
  double unplug_apart_s = 0.04;  // of that, set apart: 34 of 56 shrinks by whole blocks showed it in a report
  double inflate_mib_s = 400;    // what the balloon takes, free memory
  double swap_mib_s = 90;        // memory in use has to be paged out first, and in again (zram)
  double hidden_mib = 34;    // its kernel takes this, and 1/64 of boot memory, before it counts what there is
  double memmap_mib = 2;     // of its kernel's memory each memory block that is plugged costs a guest …
  double reserve_mib = 1.2;  // … and this much more is not available: its watermarks rise
  double kernel_aside_mib = 2;    // of free kernel memory its processors keep aside, and it is not counted
  double kernel_keeps_mib = 25;   // of kernel memory, which programs leave free while they have other
  double prepare_s = 0.2;         // to make memory easy to take, once before a shrink
  double report_delay_s = 0.001;  // from the guest's sample to the daemon
  double cache_period_s = 10;     // a hot page of cache is read once in this time
  double slowest = 0.1;           // progress of a program that lacks nearly all it needs
};

}  // namespace aerostat::sim
