// OtherHand: notices that somebody else sets a balloon that we set: another daemon, an operator, a guest that
// deflates it by itself. Nobody shows a balloon's target, so this goes by what the balloon does: it leaves
// what we ordered, and does not come back. Pure.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"

namespace aerostat {

// A balloon that is off is looked at again after this. Two looks make sure, within two passes.
inline constexpr Duration kSureAfter = std::chrono::milliseconds(150);
// A balloon that had arrived stays there to the page. One that is under way may finish a piece of an earlier
// order, 1 MiB in Linux, and its reports lag behind.
inline constexpr Bytes kOffAtRest = Bytes::mib(2);
inline constexpr Bytes kOffUnderWay = Bytes::mib(16);

class OtherHand {
 public:
  // What was seen before means nothing: a new order of ours, a reboot, a new connection.
  void forget() { *this = {}; }
  // `ordered` was in force when `actual` was read. True: somebody else sets it.
  bool sets(Bytes ordered, Bytes actual, TimePoint now);
  // `actual` is off: it should be read again soon.
  bool is_off(Bytes ordered, Bytes actual) const;

 private:
  std::optional<Bytes> closest_;  // to our order, so far
  std::optional<Bytes> off_;      // as last seen
  TimePoint off_at_{};
};

}  // namespace aerostat
