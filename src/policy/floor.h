// Learned floors: a shrink that was followed by distress was too deep, because the guest needs more than it
// shows: cache that it comes back to. Remembers how much more, for a while, on top of whatever it shows.
// Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

struct FloorState {
  // What it had above its use before the last run of shrinks that took apparently idle memory.
  std::optional<Bytes> shrunk_from;
  TimePoint shrunk_at{};
  // What was learned: memory needed above use.
  Bytes spare;  // zero: nothing
  TimePoint until{};
  int relapses = 0;
};

// A shrink took memory that seemed idle. The VM had `above` more than it used.
FloorState after_shrink(const FloorState& before, Bytes above, TimePoint at);

// Distress after such a shrink, with `above` left. It raises the spare memory a step above that, at most to
// the amount before the shrink. The spare expires after kFloorFirst. Step and time double at each relapse,
// the step up to kFloorSteps times its size. Without distress an expired floor is dropped.
FloorState after_sample(const FloorState& before, bool distress, Bytes above, TimePoint at);

// The guest's kernel killed programs for lack of memory, although it had `above` more than it uses now. It
// gets a step more than that, for the same time, whatever was taken before.
FloorState after_kill(const FloorState& before, Bytes above, TimePoint at);

}  // namespace aerostat
