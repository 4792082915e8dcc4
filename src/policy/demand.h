// Demand: what a guest needs to run without paging, made from what it reports. No clock, no I/O: the same
// samples at the same times give the same demand.
// Demand is not "used": it is anonymous and kernel memory, the part of the cache the guest comes back to, and
// what sits in its swap and is missed. All input is the guest's word and is bounded by what the host knows it
// can have.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_sample.h"
#include "policy/half_seen.h"
#include "policy/kept.h"

namespace aerostat {

// What the host knows of the memory that a sample speaks of.
struct Holding {
  Bytes assigned;
  Bytes limit;           // the most that it can have; > 0
  bool at_rest = false;  // nothing is on its way to it or from it
};

struct DemandState {
  std::optional<GuestSample> last;
  TimePoint last_at{};
  double cache_heat = 1;   // 0 to 1: how surely the page cache in question is missed when taken
  Bytes cache;             // which is the active one or, where nobody tells, all of it; at the last sample
  double cache_age = 0;    // seconds that it is known for, on average
  Bytes cache_lost;        // of late, for want of memory; only where the guest does not tell what it misses
  Bytes cache_cold;        // taken of late, and nothing was missed since
  Bytes filled, assigned;  // at the last sample: used and cache, and what it had
  TimePoint cache_hot_until{};  // it was missed: not doubted until then
  int cache_relapses = 0;       // how often it was doubted and missed
  double swap_heat = 0;         // 0 to 1: how surely what is in swap is missed
  double reclaimed = 0;         // pages per second that were taken back in the whole guest, of late
  Uncounted uncounted;
  KeptState kept;  // where the guest's service does not count it
  TimePoint distress_until{}, paging_until{};
};

struct Demand {
  Bytes demand;
  Bytes available;            // what it shows to spare, estimated or not: no more is to be had without paging
  Bytes swap_free;            // known room in its swap
  Bytes unseen;               // of demand: assigned to it and never seen by it
  Bytes used;                 // of it, what shows at once: no cache and nothing that was swapped out
  Bytes filled;               // used and the page cache in question, needed or not
  Bytes cold_cache;           // what was taken of that of late, and nothing was missed since
  bool saturated = false;     // it has nothing left: it may need more than it can show
  bool distress = false;      // it pages or stalls on memory now, or did within kDistressHold
  bool kernel_short = false;  // memory that kernel data can use is nearly gone, whatever is available
  bool paging = false;        // it moves pages to or from swap, likewise
  int killed = 0;             // programs since the last sample, because the whole guest was out of memory
};

// Takes in one sample. `at` must not lie before the state's last one; `has` bounds what a guest may claim.
// Nothing, and the state as it was, if the sample says too little (no total or no available).
std::optional<Demand> estimate(DemandState& state, const GuestSample& sample, TimePoint at,
                               const Holding& has);

}  // namespace aerostat
