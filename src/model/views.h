// VmView, HostView: everything one pass may know, as plain numbers. Policy and guards read nothing else, so a
// pass can be replayed from them, in a test, in the simulator or afterwards. A VM has no name here: it is a
// place in HostView::vms.
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/levels.h"
#include "model/settings.h"

namespace aerostat {

struct VmView {
  Limits limits;

  // What the host knows.
  Bytes assigned;   // given now: base + plugged - ballooned
  Bytes committed;  // the most it may hold; counted against the capacity
  Bytes target;     // what was last asked of it
  // Targets are levels: what it booted with, and any number of grains more or less.
  Bytes base;
  Bytes grain = Bytes::mib(2);
  std::optional<Levels> sizes;  // where it has a few sizes only, these
  // What it can be given above its target before its kernel must add another memory block to use it. Missing:
  // it never must, or nothing can be done about it: whatever it is given is a block. The first one is the
  // hardest: until then programs use the same memory as the kernel.
  std::optional<Bytes> room_in_block;
  std::optional<Bytes> resident;  // host memory its process occupies: the host's own evidence
  // What its guest may have written to: resident, what the host paged out, and what its kernel says that it
  // keeps from itself, which is no use and yet not to be had. Missing: not known.
  std::optional<Bytes> touched;
  bool movable = false;    // dynamic, heard and able: may be asked to change
  bool has_share = false;  // dynamic and able, but not heard yet, not now, or not to be believed
  // It is moved by nobody's word: where others lack memory it gives what it has above its fair share,
  // what it touched and this. Missing: it gives nothing.
  std::optional<Bytes> keeps;
  bool stalled = false;   // was asked to shrink and does not: ask others
  bool starting = false;  // boots: owed its startup, not yet judged by demand
  // Took in nothing of what it was given: no more than this is offered until it takes something in.
  std::optional<Bytes> offer;

  // What the guest's reports were made into (policy/demand.h). Missing: not known.
  std::optional<Bytes> demand;
  std::optional<Bytes> available;  // what the guest shows to spare, whatever its demand is taken for
  Bytes swap_free;                 // room in its swap, as far as it tells
  Bytes rescue;                    // it has nearly nothing: what it is given at least; zero: it has
  Bytes cache;                     // of it, page cache: available to the guest, and yet needed
  Bytes filled;                    // used and active page cache (all of it where nobody tells), needed or not
  Bytes cold_cache;                // what was taken of that cache of late, and nothing was missed since
  Bytes headroom;                  // learned: below demand and this it is grown, …
  Bytes growth;                    // … to demand and this
  bool rising = false;             // its need rises now
  std::optional<Bytes> rest;  // learned: what it may go back to; missing: not asked for, or not known yet
  Bytes learned_floor;        // shrinking below this has hurt lately; zero: nothing learned
  bool kernel_short = false;  // memory for kernel data is nearly gone in the guest
  bool distress = false;      // pages in or out, or stalls on memory, right now

  // Since the last moves in each direction. Missing: never.
  std::optional<Duration> since_grow;
  std::optional<Duration> since_shrink;

  // The level at or below this, or the least there is; the level at or above it.
  Bytes level_below(Bytes amount) const {
    if (sizes) return sizes->below(amount);
    const Bytes least = base - base.round_down(grain);
    return least + (amount - least).round_down(grain);
  }
  Bytes level_above(Bytes amount) const {
    return sizes ? sizes->above(amount) : level_below(amount + grain - Bytes::of(1));
  }
};

struct HostView {
  Bytes capacity;                       // memory VMs may share
  Bytes reserve;                        // kept for the host itself, out of the capacity
  Bytes reserved;                       // promised to VMs about to start
  Bytes elsewhere;                      // committed to claims that are not among `vms`
  std::optional<Bytes> spare_physical;  // what the kernel says is really left for promises; missing: unknown
  std::vector<VmView> vms;

  Bytes committed() const {
    Bytes sum = elsewhere;
    for (const VmView& vm : vms) sum += vm.committed;
    return sum;
  }
  // What may be promised now. Negative if law 1 is broken.
  Bytes free() const { return capacity - reserve - reserved - committed(); }
};

}  // namespace aerostat
