// PassPacer: when passes run. Regular passes run at fixed times. A requested pass runs at once, but no two
// run within kLeastBetweenPasses. On a host that is nearly full, each of hundreds of guests requests one with
// each report, and one pass serves all earlier requests. Pure: it is told the time.
#pragma once

#include <optional>

#include "base/clock.h"

namespace aerostat {

// Fast enough for guests without a service and for shrinks, slow enough to cost nothing.
inline constexpr Duration kTick = std::chrono::milliseconds(250);
// At most 20 passes a second. A guest in want waits at most this long for a pass that takes from others.
// Where memory is free it needs none (Engine::grow_alone).
inline constexpr Duration kLeastBetweenPasses = std::chrono::milliseconds(50);

class PassPacer {
 public:
  // The first regular pass is due at `start`.
  explicit PassPacer(TimePoint start) : tick_(start) {}

  // Someone cannot wait for the regular pass. False: one is already requested.
  bool want(TimePoint now);
  // When the next pass is due, regular or requested. May lie in the past.
  TimePoint due() const;
  // A pass begins now. True: it is a regular one, and late by more than half a tick. No burst makes up for
  // it.
  bool begin(TimePoint now);

 private:
  TimePoint tick_;                   // the next regular pass
  std::optional<TimePoint> wanted_;  // the requested one in between
  std::optional<TimePoint> last_;    // when the last pass began
};

}  // namespace aerostat
