// split_target: splits a VM's target into the requested sizes of its two devices. Pure. It promises, and
// tests check: what the VM may then hold is never more than the target or its present size, whichever is
// larger; a guest that obeys arrives at the target; growing never unplugs, and ends a running unplug.
#pragma once

#include "base/bytes.h"
#include "vmm/balloon_and_blocks.h"

namespace aerostat {

struct SplitInput {
  Bytes base;        // memory it booted with, and memory of devices that are not ours
  Bytes unmanaged;   // of this, the latter
  Bytes reach = {};  // of the base, what a balloon of Hyper-V can add to what it booted with
  bool has_balloon = false;
  Bytes balloon_actual;   // equals base without a balloon
  Bytes balloon_counted;  // or what it may still be told to give, if that is more
  bool has_plug = false;
  Bytes plug_block = Bytes::mib(2);
  Bytes plug_maximum;  // a multiple of the block
  Bytes plugged;
  Bytes plug_requested;        // as confirmed, or the largest that may still be in force
  bool unplug_stuck = false;   // more is plugged than requested, and it does not come back
  bool balloon_stuck = false;  // it was asked to take memory, and does not
  bool trade_stuck = false;    // memory requested in exchange for the balloon's does not arrive
  bool opens = false;          // such a trade may open another block
};

struct Split {
  Bytes balloon;  // what the balloon should leave of the base
  Bytes plug;     // requested-size
  friend bool operator==(const Split&, const Split&) = default;
};

// The least a balloon leaves of the base. It does not include memory of devices that are not ours, and it can
// take no more than the VM booted with. A kernel's page structures alone are 1/64 of that; with 1/16 the
// guest still works. Owners' minima are the real limit; this one keeps a mistake from killing a guest.
Bytes balloon_floor(Bytes base, Bytes unmanaged = {});

// `target` rounded down to what the devices can do, and cut to what they can reach.
Bytes reachable_target(Bytes target, const SplitInput& vm);

// Grow: the balloon gives back first, then whole blocks are plugged. Shrink: the requested plugged size falls
// first. The balloon takes only what that cannot give, because the target is below the base or because the
// unplug is stuck. As plugged memory does go, the balloon gives back. If little room is left in the last
// block of Linux (with_room_in_block), the next one stays open, or is opened if requested, and the balloon
// takes as much as is plugged for it.
Split split_target(Bytes target, const SplitInput& vm);

}  // namespace aerostat
