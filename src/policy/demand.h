// Demand: what a guest needs to run without paging, estimated from its reports. No clock, no I/O: the same
// samples at the same times give the same demand. Demand is not "used". It is anonymous and kernel memory,
// the cache that the guest comes back to, and missed memory in its swap. All input is the guest's word and is
// bounded by what the host knows it can have.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "model/guest_sample.h"
#include "policy/half_seen.h"
#include "policy/kept.h"

namespace aerostat {

// Whose word a sample is. It decides how a sample is read; what a sample lacks says nothing about that.
enum class Source {
  None,
  LinuxService,  // our service in a Linux guest: tells which page cache is in use, and what of it is missed
  OtherService,  // our service in a guest of another system: what it calls available is all that is known
  BalloonStats,  // statistics of the balloon driver: all page cache in one number, nothing on what is missed
};
inline bool is_service(Source source) {
  return source == Source::LinuxService || source == Source::OtherService;
}

// What the host knows about the memory in a sample.
struct Holding {
  Bytes assigned;
  Bytes limit;           // the most that it can have; > 0
  bool at_rest = false;  // no memory is on its way in or out
};

struct DemandState {
  std::optional<GuestSample> last;
  TimePoint last_at{};
  double cache_heat = 1;   // 0 to 1: how certainly taken cache is missed
  Bytes cache;             // the active cache or, if nobody distinguishes it, all cache; at the last sample
  double cache_age = 0;    // mean age in seconds
  Bytes cache_lost;        // lost lately for lack of memory; only if the guest does not report what it misses
  Bytes cache_cold;        // taken lately, with nothing missed since
  Bytes filled, assigned;  // at the last sample: used and cache, and what it had
  TimePoint cache_hot_until{};  // it was missed: it does not decay until then
  int cache_relapses = 0;       // how often it decayed and was then missed
  double swap_heat = 0;         // 0 to 1: how certainly memory in swap is missed
  double reclaimed = 0;         // pages per second lately reclaimed in the whole guest
  Uncounted uncounted;
  KeptState kept;  // used if the guest's service does not report it
  TimePoint distress_until{}, paging_until{};
};

struct Demand {
  Bytes demand;
  Bytes available;            // what it shows to spare, estimated or not; more requires paging
  Bytes swap_free;            // known free swap
  Bytes unseen;               // part of demand: assigned to it but never visible to it
  Bytes used;                 // part of demand: visible use without cache and swapped memory
  Bytes filled;               // used memory and the relevant page cache, needed or not
  Bytes cold_cache;           // cache taken lately, with nothing missed since
  bool saturated = false;     // it has nothing left: it may need more than it can show
  bool distress = false;      // it pages or stalls on memory now, or did within kDistressHold
  bool kernel_short = false;  // memory that kernel data can use is nearly gone, whatever is available
  bool paging = false;        // it moves pages to or from swap, now or within kDistressHold
  int killed = 0;             // programs killed since the last sample because the whole guest was out of
                              // memory
};

// Processes one sample. `at` must not be before the state's last sample. `has` bounds what a guest may claim.
// Returns nothing and keeps the state if the sample lacks total or available.
std::optional<Demand> estimate(DemandState& state, const GuestSample& sample, TimePoint at,
                               const Holding& has, Source source);

}  // namespace aerostat
