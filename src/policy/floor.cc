#include "policy/floor.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

FloorState after_shrink(const FloorState& before, Bytes above, TimePoint at) {
  FloorState state = before;
  // Several small shrinks in a row are one: what there was before the first of them was good.
  const bool same_run = before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  state.shrunk_from = same_run ? std::max(*before.shrunk_from, above) : above;
  state.shrunk_at = at;
  return state;
}

FloorState after_sample(const FloorState& before, bool distress, Bytes above, TimePoint at) {
  FloorState state = before;
  const bool to_blame = distress && before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  if (to_blame) {
    const std::int64_t doubled = std::int64_t{1} << std::min(before.relapses, 10);
    // What it lost of late may be far more than it misses.
    const Bytes higher = above + kFloorStep.scaled(static_cast<double>(std::min(doubled, kFloorSteps)));
    state.spare = std::max(before.spare, std::min(*before.shrunk_from, higher));
    state.until = at + std::min(kFloorMost, kFloorFirst * doubled);
    state.relapses = before.relapses + 1;
    state.shrunk_from.reset();
    return state;
  }
  if (before.spare > Bytes{} && at >= before.until) {
    state.spare = Bytes{};
    // A floor that expired and was not needed again for as long as it held is forgotten entirely.
    state.relapses = std::max(0, before.relapses - 1);
  }
  return state;
}

}  // namespace aerostat
