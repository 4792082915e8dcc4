// Physics: what the virtual hypervisor and guest can do, and how fast. There are two guests. The simple one,
// the default, has what every guest has: blocks, latencies, rates, paging, page structures of plugged memory.
// The Debian guest adds every detail that was seen on real guests, at its measured size; under TCG, so a
// guest under KVM is faster. All were measured: `script/bench actuators` and `script/bench fidelity`,
// docs/design/actuators.md.
#pragma once

namespace aerostat::sim {

struct Physics {
  double block_mib = 128;        // targets are multiples of this: one memory block of Linux
  double grow_latency_s = 0.02;  // from the command to memory that a guest can use
  double grow_mib_s = 9000;
  double online_s = 0;          // further time until the guest can use plugged memory
  double deflate_mib_s = 9000;  // memory below boot memory, which comes from the balloon
  double shrink_latency_s = 0.03;
  double unplug_mib_s = 650;   // free memory
  double inflate_mib_s = 650;  // memory that the balloon takes, if free
  double swap_mib_s = 90;      // memory in use must be paged out first, and in again (zram)
  // A whole memory block of Linux leaves at once, after this; the first one of a run of orders after that. 0:
  // at unplug_mib_s like parts of one. For the last part of that time its free pages are isolated and not
  // available.
  double unplug_block_s = 0, unplug_first_s = 0, unplug_apart_s = 0;
  double memmap_mib = 2;        // of its kernel's memory that each plugged memory block costs a guest …
  double reserve_mib = 0;       // … and this much more is not available: its watermarks rise
  bool zones = false;           // its kernel cannot use movable memory for its own data (zones.h)
  double hidden_mib = 0;        // its kernel takes this before it counts memory …
  double hidden_share = 0;      // … and this share of boot memory
  double kernel_aside_mib = 0;  // of free kernel memory that processors keep, uncounted
  double kernel_keeps_mib = 0;  // of kernel memory that programs leave free while they have other memory
  double prepare_s = 0;         // to prepare memory, once before a shrink; 0: it does not
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
