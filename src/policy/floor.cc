#include "policy/floor.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

std::int64_t doubled(const FloorState& state) { return std::int64_t{1} << std::min(state.relapses, 10); }

Bytes next_step(const FloorState& state) {
  return kFloorStep.scaled(static_cast<double>(std::min(doubled(state), kFloorSteps)));
}

FloorState raised(const FloorState& before, Bytes spare, TimePoint at) {
  FloorState state = before;
  state.spare = std::max(before.spare, spare);
  state.until = at + std::min(kFloorMost, kFloorFirst * doubled(before));
  ++state.relapses;
  state.shrunk_from.reset();
  return state;
}

}  // namespace

FloorState after_shrink(const FloorState& before, Bytes above, TimePoint at) {
  FloorState state = before;
  // Several small shrinks in a row count as one: the level before the first of them was good.
  const bool same_run = before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  state.shrunk_from = same_run ? std::max(*before.shrunk_from, above) : above;
  state.shrunk_at = at;
  return state;
}

FloorState after_sample(const FloorState& before, bool distress, Bytes above, TimePoint at) {
  FloorState state = before;
  const bool to_blame = distress && before.shrunk_from && at - before.shrunk_at < kShrinkToBlame;
  // Its recent loss may far exceed what it misses.
  if (to_blame) return raised(before, std::min(*before.shrunk_from, above + next_step(before)), at);
  if (before.spare > Bytes{} && at >= before.until) {
    state.spare = Bytes{};
    // A floor that expired, and was not needed again for as long as it held, is forgotten.
    state.relapses = std::max(0, before.relapses - 1);
  }
  return state;
}

FloorState after_kill(const FloorState& before, Bytes above, TimePoint at) {
  return raised(before, above + next_step(before), at);
}

}  // namespace aerostat
   // shows, such as cache that it comes back to. This remembers how much more, for a while, on top of what
   // the guest shows. Pure.
