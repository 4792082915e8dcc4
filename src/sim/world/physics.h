// Physics: what the virtual hypervisor and guest can do, and how fast. There are two guests. The simple one,
// the default, has what every guest has: blocks, latencies, rates, paging, page structures for plugged
// memory. The Debian guest has besides every detail that was seen on real guests, each with its measured
// size; under TCG, so a guest under KVM is quicker. All were measured: `script/bench actuators` and
// `script/bench fidelity`, docs/design/actuators.md.
#pragma once

namespace aerostat::sim {

struct Physics {
  double block_mib = 128;        // targets are multiples of this: one memory block of Linux
  double grow_latency_s = 0.02;  // from the command to memory that a guest can use
  double grow_mib_s = 9000;
  double online_s = 0;          // more, until the guest can use what was plugged
  double deflate_mib_s = 9000;  // what is below boot memory, and comes from the balloon
  double shrink_latency_s = 0.03;
  double unplug_mib_s = 650;   // free memory
  double inflate_mib_s = 650;  // what the balloon takes, free memory
  double swap_mib_s = 90;      // memory in use has to be paged out first, and in again (zram)
  // One of Linux's memory blocks as a whole goes at once, after this, the first of a run of orders after
  // that; 0: at unplug_mib_s like parts of one. Of that time its free pages are set apart and not available
  // for so long.
  double unplug_block_s = 0, unplug_first_s = 0, unplug_apart_s = 0;
  double memmap_mib = 2;        // of its kernel's memory each memory block that is plugged costs a guest …
  double reserve_mib = 0;       // … and this much more is not available: its watermarks rise
  bool zones = false;           // its kernel cannot use movable memory for its own data (zones.h)
  double hidden_mib = 0;        // its kernel takes this before it counts what there is …
  double hidden_share = 0;      // … and this share of boot memory
  double kernel_aside_mib = 0;  // of free kernel memory its processors keep aside, and it is not counted
  double kernel_keeps_mib = 0;  // of kernel memory, which programs leave free while they have other
  double prepare_s = 0;         // to make memory easy to take, once before a shrink; 0: it does not
  double cache_period_s = 10;   // a hot page of cache is read once in this time
  double slowest = 0.1;         // progress of a program that lacks nearly all it needs
};

// Debian 12, Linux 6.1, under TCG.
inline Physics debian_guest() {
  Physics p;
  p.grow_latency_s = 0.003;
  p.online_s = 0.012;
  p.deflate_mib_s = 1040;
  p.unplug_mib_s = 280;
  p.inflate_mib_s = 160;
  p.unplug_block_s = 0.09;
  p.unplug_first_s = 0.3;
  p.unplug_apart_s = 0.04;  // 34 of 56 shrinks by whole blocks showed it in a report
  p.reserve_mib = 1.2;
  p.zones = true;
  p.hidden_mib = 34;
  p.hidden_share = 1.0 / 64;
  p.kernel_aside_mib = 2;
  p.kernel_keeps_mib = 25;
  p.prepare_s = 0.2;
  return p;
}

}  // namespace aerostat::sim
