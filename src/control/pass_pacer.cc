#include "control/pass_pacer.h"

#include <algorithm>

namespace aerostat {

bool PassPacer::want(TimePoint now) {
  if (wanted_) return false;
  wanted_ = last_ ? std::max(now, *last_ + kLeastBetweenPasses) : now;
  return true;
}

TimePoint PassPacer::due() const {
  const TimePoint regular = last_ ? std::max(tick_, *last_ + kLeastBetweenPasses) : tick_;
  return wanted_ ? std::min(*wanted_, regular) : regular;
}

bool PassPacer::begin(TimePoint now) {
  const bool late = now - tick_ > kTick / 2;
  if (now >= tick_) tick_ += kTick * (1 + (now - tick_) / kTick);
  wanted_.reset();
  last_ = now;
  return late;
}

}  // namespace aerostat
