// When tests of the policy begin: not at 0, so that what never happened lies long back.
#pragma once

#include <chrono>

#include "base/clock.h"

namespace aerostat {

inline constexpr TimePoint kStart{std::chrono::hours(1)};

}  // namespace aerostat
