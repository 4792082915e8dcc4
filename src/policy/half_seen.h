// Half seen: what a guest says while memory is on its way. What it is assigned, its total and what it calls
// available are then of different moments, and it seems to need more or less than it does for some 40 ms.
// Nothing is lost by looking twice: a block is there until it has gone, and one that came was just given.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// What a kernel took before it began to count: assigned less total, once that has stood still.
struct Uncounted {
  std::optional<Bytes> settled;
  Bytes seen;  // at the last report
  TimePoint seen_since{};
};

// Takes in what is seen now; the first is believed at once.
Bytes settle(Uncounted& uncounted, Bytes seen, TimePoint at);

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
