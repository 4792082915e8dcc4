// Stall monitor: detects a requested change that does not happen. One for each VM; pure: state in, state out.
// A shrink without progress makes the VM stalled: its memory stays counted and others are asked instead. A
// growth without progress is withdrawn, so that the promised memory can serve others. Both back off before
// the next try. A growth is tried again soon, because the guest may be in want, and with a small amount that
// nobody else will miss.
#pragma once

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// A working guest frees or takes several MiB a second even under load, so this long without any is not
// slowness. It is enough for both devices: unplug first, then the balloon.
inline constexpr Duration kStallAfter = std::chrono::seconds(6);
// A gap up to this is none, and a smaller movement is noise of page-sized accounting.
inline constexpr Bytes kProgress = Bytes::mib(4);
// The first wait before trying again; doubles each time, up to the most.
inline constexpr Duration kRetryFirst = std::chrono::seconds(10);
// A withdrawn growth is offered again after this, which doubles as well. A guest that finds no memory for
// adding memory fails, and its driver waits 50 s and longer before it tries again by itself (Linux 6.1,
// virtio_mem). It tries at once when its requested size changes.
inline constexpr Duration kOfferFirst = std::chrono::milliseconds(500);
// … up to this: a guest in want whose driver works again should not wait long, and an offer costs little.
inline constexpr Duration kOfferMost = std::chrono::seconds(10);
// … and at most this (or one block of the device) until it takes some of it in: each request is promised for
// kStallAfter.
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
  bool give_up = false;  // stalled just now: withdraw the target to the assigned size
};

// `target` is the requested size, `assigned` the visible one including what is owed in a trade between its
// devices.
StallStep watch_progress(const StallState& before, Bytes target, Bytes assigned, TimePoint now);

}  // namespace aerostat
