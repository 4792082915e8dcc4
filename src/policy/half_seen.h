// Half seen: what a guest says while memory is on its way. What it is assigned, its total and what it calls
// available are then of different moments, and it seems to need more or less than it does for some 40 ms.
// Nothing is lost by looking twice: a block is there until it has gone, and one that came was just given.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// What is assigned to a guest and never seen by it: what its kernel set aside before it began to count
// (bounce buffers, a crash kernel), was told not to use (mem=), or leaves offline. It is no use of memory,
// and it is needed: what is taken, is taken from the rest. How much it is shows as assigned less total while
// nothing moves.
struct Uncounted {
  std::optional<Bytes> settled;  // missing: not yet seen at rest
  Bytes seen;                    // at the last report
  TimePoint seen_since{};
  bool at_rest = false;
};

// Takes in what is seen now, of a guest that has `assigned`. Nothing is learned while memory moves; until it
// has rested once, so much is believed as every kernel keeps. At rest the first is believed at once, less
// when it stood for kUncountedStands, more when it stood for kUnseenStands: memory that was given and is
// still being added looks like it.
Bytes settle(Uncounted& uncounted, Bytes seen, Bytes assigned, bool at_rest, TimePoint at);

// A demand, and what goes on at its report.
struct Rise {
  Bytes before, now;
  Bytes came;          // if its total just rose: by how much since the demand before
  bool gives = false;  // blocks that it was asked to give have not all gone
  bool gave = false;   // one went since the last report
};

// What is doubted.
struct HalfSeen {
  std::optional<TimePoint> since;
  TimePoint first{};  // before any block went
};

// Whether the rise may be memory seen half; remembers since when. What goes on rising, or stays, is believed;
// when a block went meanwhile, it is the next one that is seen, but not for longer than kHalfSeenMost.
bool is_half_seen(HalfSeen& doubt, const Rise& rise, TimePoint at);

}  // namespace aerostat
