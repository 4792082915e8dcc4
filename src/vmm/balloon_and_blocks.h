// BalloonAndBlocks: the memory of a VM that has a balloon and memory plugged in blocks. It makes facts that
// name no device from these numbers. Pure. The driver for QEMU and the lab's virtual VMs use it.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "vmm/machine.h"

namespace aerostat {

struct BalloonAndBlocks {
  Bytes base;       // memory it booted with, and what devices hold that are not ours
  Bytes unmanaged;  // of it, the latter: it comes and goes without our doing
  Bytes dimms;      // of it, DIMMs that we added
  Bytes least;      // no target lies below this: its devices cannot take more
  bool has_balloon = false;
  // Its balloon is Hyper-V's: one size for all it has. What it can be given above its boot memory is a part
  // of the base, and begins in the balloon. A reset leaves what it booted with.
  bool by_hyperv = false;
  Bytes reach;                    // the part of the base that it did not boot with
  std::optional<Bytes> stops_at;  // a growth ended here, and its device adds no more until a reset
  // The most that it had since its guest booted. The guest goes on to count what was added, though it was
  // taken back.
  Bytes highest;
  Bytes balloon_actual;  // base - ballooned, as seen; equals base without a balloon
  // What was asked for; missing: not known (asked by somebody before us).
  std::optional<Bytes> balloon_target;
  bool has_plug = false;  // memory can be hot-added
  // It is added as DIMMs: each becomes a part of the base and stays, so `plugged` is zero. The block is the
  // least to add, and the maximum what the room and the slots allow.
  bool by_dimms = false;
  int dimm_slots = 0;  // of these, free
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum;
  Bytes plugged;              // as seen
  Bytes plug_requested;       // as asked
  bool unplug_stuck = false;  // more is plugged than asked for, and it does not go
  std::optional<Bytes> goal;  // what it was last asked for in all; missing: nothing, or it is void
  Bytes owed;                 // what its balloon took for plugged memory that is still to come

  Bytes assigned() const { return balloon_actual + plugged; }
  // A balloon target we do not know may be anything up to the base.
  Bytes base_committed() const {
    return has_balloon ? std::max(balloon_actual, balloon_target.value_or(base)) : base;
  }
  // For each device the larger of what it has and what it was told. The overall goal counts even while the
  // balloon takes first: it comes back without asking anybody.
  Bytes committed() const {
    return std::max(base_committed() + std::max(plugged, plug_requested), goal.value_or(Bytes{}));
  }
  // The devices' own targets do not tell: the balloon stands in for memory that does not unplug, and takes
  // back what it took as that memory comes.
  Bytes target() const {
    return goal.value_or(balloon_target.value_or(balloon_actual) + std::max(plugged, plug_requested));
  }
  Bytes maximum() const { return base + plug_maximum; }
  Bytes booted() const { return base - reach; }
  // What its balloon holds of memory that its guest has seen.
  Bytes ballooned() const { return std::max(Bytes{}, (by_hyperv ? highest : base) - balloon_actual); }

  // Writes the numbers into `facts`. It reads `facts.resets`, which must be up to date.
  void show(MachineFacts& facts) const;
  std::vector<std::string> devices() const;
};

// What a balloon moves in: targets in whole MiB read well, and 4 KiB, a page, is all it needs.
inline constexpr Bytes kBalloonGrain = Bytes::mib(1);
// What Hyper-V's device adds: guests drop what is no multiple of their granule, 128 MiB in Linux. A multiple
// of 2 MiB would do for Windows, but nobody tells which it is.
inline constexpr Bytes kHyperVGrain = Bytes::mib(128);

}  // namespace aerostat
