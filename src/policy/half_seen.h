// Half seen: a guest's report while memory is on its way. Assigned, total and available memory are then of
// different moments. For some 40 ms the guest seems to need more or less than it does. Checking twice loses
// nothing: a leaving block is there until it has gone, and an arriving block was just given.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// Memory that is assigned to a guest but never visible to it: its kernel reserved it before counting (bounce
// buffers, a crash kernel), was told not to use it (mem=), or leaves it offline. It is not used, but it is
// needed: if memory is taken, it is taken from the rest. Its size is assigned less total while nothing moves.
struct Uncounted {
  std::optional<Bytes> settled;  // missing: not yet seen at rest
  Bytes seen;                    // at the last report
  TimePoint seen_since{};
  bool at_rest = false;
};

// Processes the currently visible amounts of a guest that has `assigned`. Nothing is learned while memory
// moves. Until it was at rest once, the usual amount of a kernel is assumed. At rest, the first value is
// accepted at once, a smaller one after kUncountedStands, a larger one after kUnseenStands: memory that is
// still being added looks like it.
Bytes settle(Uncounted& uncounted, Bytes seen, Bytes assigned, bool at_rest, TimePoint at);

// A demand, and the moves during its report.
struct Rise {
  Bytes before, now;
  Bytes came;          // the rise of its total since the previous demand
  bool gives = false;  // blocks that it was asked to give have not all gone
  bool gave = false;   // a block went since the last report
};

// The doubted rise.
struct HalfSeen {
  std::optional<TimePoint> since;
  TimePoint first{};  // before any block went
};

// Whether the rise may be half-seen memory; remembers since when. A rise that goes on or stays is believed. A
// block that went meanwhile explains the next rise, but for at most kHalfSeenMost.
bool is_half_seen(HalfSeen& doubt, const Rise& rise, TimePoint at);

}  // namespace aerostat
