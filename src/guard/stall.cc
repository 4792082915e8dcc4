#include "guard/stall.h"

#include <algorithm>

namespace aerostat {

namespace {

using Phase = StallState::Phase;

Duration back_off(Phase way, int failures) {
  const bool shrinking = way == Phase::Shrinking;
  const Duration first = shrinking ? kRetryFirst : kOfferFirst;
  return std::min<Duration>(shrinking ? kRetryMost : kOfferMost, first * (1L << std::clamp(failures, 0, 10)));
}

bool moved(const StallState& state, Bytes assigned) {
  const Bytes way = state.phase == Phase::Shrinking ? state.mark - assigned : assigned - state.mark;
  return way >= kProgress;
}

}  // namespace

StallStep watch_progress(const StallState& before, Bytes target, Bytes assigned, TimePoint now) {
  StallStep out{before, false};
  StallState& state = out.state;
  if (state.refused()) {
    // It may take in all of an offer between two looks, which then shows no change under way.
    state.mark = std::min(state.mark, assigned);
    if (assigned - state.mark >= kProgress) {
      state.failures = 0;
      if (state.grow_stalled()) state.phase = Phase::Settled;
    }
  }
  if (state.shrink_stalled() || state.grow_stalled()) {
    // A change in the other direction is watched at once. In the same direction it is tried again after the
    // wait.
    const Bytes ahead = before.phase == Phase::ShrinkStalled ? target - assigned : assigned - target;
    if (ahead >= kProgress || now >= before.retry_at)
      state.phase = Phase::Settled;
    else
      return out;
  }
  const Bytes gap = assigned - target;
  if (gap <= kProgress && -gap <= kProgress) {
    if (state.phase != Phase::Settled) state.failures = 0;
    state.phase = Phase::Settled;
    return out;
  }
  const Phase way = gap > Bytes{} ? Phase::Shrinking : Phase::Growing;
  if (state.phase != way || state.target != target) {
    state.phase = way;
    state.target = target;
    // A new target is a new start, but no new excuse: time without any movement keeps counting.
    if (before.phase != way) state.progress_at = now;
    if (before.phase != way) state.mark = assigned;
  }
  if (moved(state, assigned)) {
    state.mark = assigned;
    state.progress_at = now;
    if (way == Phase::Growing) state.failures = 0;
  } else if (now - state.progress_at >= kStallAfter) {
    const bool growing = way == Phase::Growing;
    if (growing != state.failed_growing) state.failures = 0;
    state.failed_growing = growing;
    state.phase = growing ? Phase::GrowStalled : Phase::ShrinkStalled;
    state.retry_at = now + back_off(way, state.failures);
    ++state.failures;
    out.give_up = true;
  }
  return out;
}

}  // namespace aerostat
