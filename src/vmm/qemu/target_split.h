// split_target: one target for a VM, made into what its two devices are asked for. Pure.
// It promises (tests hold it to that): what the VM may then hold is never more than the target or what it
// holds already, whichever is larger; a guest that obeys arrives at the target; growing never unplugs, and
// ends an unplug that is under way.
#pragma once

#include "base/bytes.h"

namespace aerostat {

struct SplitInput {
  Bytes base;       // memory it booted with, and what devices hold that are not ours
  Bytes unmanaged;  // of it, the latter
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
  bool trade_stuck = false;    // what was requested in exchange for what the balloon took does not come
  bool opens = false;          // another block may be opened by such a trade
};

struct Split {
  Bytes balloon;  // what the balloon is to leave of the base
  Bytes plug;     // requested-size
  friend bool operator==(const Split&, const Split&) = default;
};

// What the balloon moves in: targets in whole MiB read well, and 4 KiB, a page, is all it needs.
inline constexpr Bytes kBalloonGrain = Bytes::mib(1);

// The least a balloon leaves of the base. What devices hold that are not ours is no part of what it is told,
// and it can take no more than the VM booted with. A kernel's page structures alone are 1/64 of that; with
// 1/16 it still breathes. Owners' minima are the real limit; this one keeps a mistake from killing a guest.
Bytes balloon_floor(Bytes base, Bytes unmanaged = {});

// `target` rounded down to what the devices can do, and cut to what they can reach.
Bytes reachable_target(Bytes target, const SplitInput& vm);

// Grow: the balloon gives back first, then whole blocks are plugged. Shrink: less is requested of the plugged
// memory first; the balloon takes only what that cannot give, because the target is below the base or because
// the unplug is stuck; and as plugged memory does go, the balloon gives back. Where little room is left in
// the last block of Linux (with_room_in_block), the next one stays open, or is opened if that is asked for,
// and the balloon takes as much as is plugged for it.
Split split_target(Bytes target, const SplitInput& vm);

}  // namespace aerostat
