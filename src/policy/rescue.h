// Rescue: the second line, which believes no estimate. A guest that shows nearly nothing available is short,
// whatever its estimated demand. It grows at once, and by more each time that this does not help. Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// Whether a guest has nearly nothing: it is saturated, or shows less than half of its due headroom, and no
// more than kSlack.
bool nearly_empty(Bytes available, bool saturated, Bytes headroom);

// What such a guest gets, `tries` growths after it last had enough: kLeastGrow, and twice as much each time.
// Nothing until the last growth had kRescueEvery to help.
Bytes rescue(int tries, std::optional<Duration> since_grow);

}  // namespace aerostat
