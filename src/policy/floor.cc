#include "policy/floor.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

FloorState after_shrink(const FloorState& before, Bytes from, TimePoint at) {
  FloorState state = before;
  // Several small shrinks in a row are one: the level before the first of them was good.
  const bool same_run = before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  state.shrunk_from = same_run ? std::max(*before.shrunk_from, from) : from;
  state.shrunk_at = at;
  return state;
}

FloorState after_sample(const FloorState& before, bool distress, TimePoint at) {
  FloorState state = before;
  const bool to_blame = distress && before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  if (to_blame) {
    const Duration doubled = kFloorFirst * (1L << std::min(before.relapses, 10));
    const Duration hold = std::min(kFloorMost, doubled);
    state.floor = std::max(before.floor, *before.shrunk_from);
    state.until = at + hold;
    state.relapses = before.relapses + 1;
    state.shrunk_from.reset();
    return state;
  }
  if (before.floor > Bytes{} && at >= before.until) {
    state.floor = Bytes{};
    // A floor that expired and was not needed again for as long as it held is forgotten entirely.
    state.relapses = std::max(0, before.relapses - 1);
  }
  return state;
}

}  // namespace aerostat
