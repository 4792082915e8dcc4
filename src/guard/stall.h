// Stall monitor: a change that was asked for and does not happen. One per VM; pure: state in, state out.
// A shrink without progress makes the VM stalled: what it holds stays counted and others are asked instead. A
// growth without progress is withdrawn, so that what was promised can serve others. Both back off before the
// next try. A growth is tried again soon, for the guest may be in want, and with little, which nobody else
// will miss.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// A working guest frees or takes several MiB a second even under load; this long without any is not slowness.
// It leaves time for both devices: unplug first, then the balloon.
inline constexpr Duration kStallAfter = std::chrono::seconds(6);
// A gap of no more than this is none, and movement of less is noise of page-sized books.
inline constexpr Bytes kProgress = Bytes::mib(4);
// First wait before trying again; doubles each time, up to the most.
inline constexpr Duration kRetryFirst = std::chrono::seconds(10);
// What was withdrawn is offered again after this, which doubles likewise. A guest that finds no memory to add
// memory with fails, and its driver waits 50 s and longer before it tries again by itself (Linux 6.1,
// virtio_mem); it tries at once where what it is asked for has changed.
inline constexpr Duration kOfferFirst = std::chrono::milliseconds(500);
// … up to this: a guest in want whose driver works again is not to wait for long, and an offer costs little.
inline constexpr Duration kOfferMost = std::chrono::seconds(10);
// … and no more than this (or one block of the device) until it takes some of it in: all that is asked for is
// promised for kStallAfter each time.
inline constexpr Bytes kOffer = Bytes::mib(16);
inline constexpr Duration kRetryMost = std::chrono::minutes(5);

struct StallState {
  enum class Phase { Settled, Shrinking, Growing, ShrinkStalled, GrowStalled };
  Phase phase = Phase::Settled;
  Bytes target;  // of the change under way
  Bytes mark;    // assigned when progress was last seen
  TimePoint progress_at{};
  TimePoint retry_at{};         // while stalled: not before this
  int failures = 0;             // in a row
  bool failed_growing = false;  // all of them, or none

  bool changing() const { return phase == Phase::Shrinking || phase == Phase::Growing; }
  bool refused() const { return failures > 0 && failed_growing; }
  bool shrink_stalled() const { return phase == Phase::ShrinkStalled; }
  bool grow_stalled() const { return phase == Phase::GrowStalled; }
};

struct StallStep {
  StallState state;
  bool give_up = false;  // stalled just now: withdraw the target to what is assigned
};

// `target` is what was asked, `assigned` what is seen, and owed in a trade between its devices.
StallStep watch_progress(const StallState& before, Bytes target, Bytes assigned, TimePoint now);

}  // namespace aerostat
