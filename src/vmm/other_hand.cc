#include "vmm/other_hand.h"

#include <algorithm>

namespace aerostat {

namespace {

Bytes apart(Bytes a, Bytes b) { return std::max(a - b, b - a); }

}  // namespace

bool OtherHand::is_off(Bytes ordered, Bytes actual) const {
  if (!closest_) return false;
  const Bytes most = *closest_ <= kOffAtRest ? kOffAtRest : *closest_ + kOffUnderWay;
  return apart(ordered, actual) > most;
}

bool OtherHand::sets(Bytes ordered, Bytes actual, TimePoint now) {
  const bool off = is_off(ordered, actual);
  const Bytes now_apart = apart(ordered, actual);
  closest_ = std::min(closest_.value_or(now_apart), now_apart);
  // One that comes back was only started anew, such as by a kernel that booted another.
  const bool comes_back = off_ && now_apart + Bytes::mib(1) <= *off_;
  if (!off || !off_ || comes_back) {
    off_ = off ? std::optional(now_apart) : std::nullopt;
    off_at_ = now;
    return false;
  }
  return now - off_at_ >= kSureAfter;
}

}  // namespace aerostat
