// Learned floors: a shrink that was followed by distress was too deep, because the guest needs more than it
// shows: cache that it comes back to. Remembers how much more, for a while, on top of whatever it shows.
// Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

struct FloorState {
  // What it had above its use before the last run of shrinks of memory that was thought idle.
  std::optional<Bytes> shrunk_from;
  TimePoint shrunk_at{};
  // What was learned: needed above what is used.
  Bytes spare;  // zero: nothing
  TimePoint until{};
  int relapses = 0;
};

// A shrink was decided because the memory seemed idle; the VM had `above` more than it used.
FloorState after_shrink(const FloorState& before, Bytes above, TimePoint at);

// Distress after such a shrink, with `above` left, raises the spare a step above that, at most to what there
// was before the shrink; it expires after kFloorFirst. Step and time double at each relapse, the step at most
// to kFloorSteps times its size. Without distress an expired floor is dropped.
FloorState after_sample(const FloorState& before, bool distress, Bytes above, TimePoint at);

// The guest's kernel killed programs for want of memory, though it had `above` more than it uses now: it is
// to have a step more than that, for as long, whatever was taken of it before.
FloorState after_kill(const FloorState& before, Bytes above, TimePoint at);

}  // namespace aerostat
