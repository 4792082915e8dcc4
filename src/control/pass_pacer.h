// PassPacer: when passes run. Regular ones at fixed times; one that is wanted in between at once, but no two
// within kLeastBetweenPasses: on a host that is nearly full each of hundreds of guests wants one each time it
// speaks, and one pass serves all who spoke before it. Pure: told the time, never asks for it.
#pragma once

#include <optional>

#include "base/clock.h"

namespace aerostat {

// Fast enough that guests without a service and shrinks do not wait, slow enough to cost nothing.
inline constexpr Duration kTick = std::chrono::milliseconds(250);
// At most 20 passes a second. A guest in want waits this long at most for a pass that takes from others;
// where memory is free it needs none (Engine::grow_alone).
inline constexpr Duration kLeastBetweenPasses = std::chrono::milliseconds(50);

class PassPacer {
 public:
  // The first regular pass is due at `start`.
  explicit PassPacer(TimePoint start) : tick_(start) {}

  // Somebody cannot wait for the regular pass. False: one is wanted already.
  bool want(TimePoint now);
  // When the next pass is due: the regular one, or the one that is wanted. May lie in the past.
  TimePoint due() const;
  // A pass begins now.
  struct Begun {
    bool late = false;  // a regular one, by more than half a tick; it is never made up for by a burst
  };
  Begun begin(TimePoint now);

 private:
  TimePoint tick_;                   // the next regular pass
  std::optional<TimePoint> wanted_;  // the one in between
  std::optional<TimePoint> last_;    // when the last pass began
};

}  // namespace aerostat
