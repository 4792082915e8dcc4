#include "policy/half_seen.h"

#include <algorithm>

#include "model/memory_block.h"
#include "policy/tuning.h"

namespace aerostat {

Bytes settle(Uncounted& uncounted, Bytes seen, Bytes assigned, bool at_rest, TimePoint at) {
  if (seen != uncounted.seen || at_rest != uncounted.at_rest) {
    uncounted.seen = seen;
    uncounted.seen_since = at;
    uncounted.at_rest = at_rest;
  }
  const Duration stood = at - uncounted.seen_since;
  const Duration must_stand =
      uncounted.settled && seen > *uncounted.settled ? kUnseenStands : kUncountedStands;
  if (at_rest && (!uncounted.settled || stood >= must_stand)) uncounted.settled = seen;
  const Bytes usual = kLeastUncounted + assigned.scaled(kUncountedShare);
  return std::clamp(uncounted.settled.value_or(std::min(seen, usual)), Bytes{}, assigned);
}

bool is_half_seen(HalfSeen& doubt, const Rise& rise, TimePoint at) {
  const Bytes by = rise.now - rise.before;
  // Near the end of unplugging a block, nobody counts its free pages, but the total still includes the block.
  // When a block arrives, the total shows it before available memory does.
  const bool leaves = rise.gives && by > Bytes{} && by <= kMemoryBlock;
  const bool comes = rise.came > Bytes{} && by > rise.came.scaled(kHalfSeenShare) && by <= rise.came;
  if (!leaves && !comes) {
    doubt = {};
    return false;
  }
  if (!doubt.since) doubt.first = at;
  if (!doubt.since || (leaves && rise.gave)) doubt.since = at;
  return at - *doubt.since < kHalfSeenFor && at - doubt.first < kHalfSeenMost;
}

}  // namespace aerostat
