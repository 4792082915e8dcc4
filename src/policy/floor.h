// Learned floors: a shrink that was followed by distress was too deep; remember where, for a while. Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

struct FloorState {
  // The last shrink of memory that was thought idle.
  std::optional<Bytes> shrunk_from;
  TimePoint shrunk_at{};
  // What was learned.
  Bytes floor;  // zero: nothing
  TimePoint until{};
  int relapses = 0;
};

// A shrink from `from` was decided because the memory seemed idle.
FloorState after_shrink(const FloorState& before, Bytes from, TimePoint at);

// Distress after such a shrink raises the floor to the level before it, and it expires after kFloorFirst,
// doubling at each relapse. Without distress an expired floor is dropped.
FloorState after_sample(const FloorState& before, bool distress, TimePoint at);

}  // namespace aerostat
