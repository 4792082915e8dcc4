#include "policy/half_seen.h"

#include "model/memory_block.h"
#include "policy/tuning.h"

namespace aerostat {

Bytes settle(Uncounted& uncounted, Bytes seen, TimePoint at) {
  if (seen != uncounted.seen) {
    uncounted.seen = seen;
    uncounted.seen_since = at;
  }
  if (!uncounted.settled || at - uncounted.seen_since >= kUncountedStands) uncounted.settled = seen;
  return *uncounted.settled;
}

bool is_half_seen(HalfSeen& doubt, const Rise& rise, TimePoint at) {
  const Bytes by = rise.now - rise.before;
  // In the end of unplugging a block its free pages are counted by nobody, and the block is in the total
  // still; of one that comes the total tells before what is available does.
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
