#include "policy/rescue.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

bool nearly_empty(Bytes available, bool saturated, Bytes headroom) {
  return saturated || available < std::min(headroom.scaled(0.5), kSlack);
}

Bytes rescue(int tries, std::optional<Duration> since_grow) {
  if (since_grow && *since_grow < kRescueEvery) return {};
  return kLeastGrow.scaled(static_cast<double>(1 << std::min(tries, kRescueDoublings)));
}

}  // namespace aerostat
