#include "policy/demand.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr double kPage = 4096.0;

// A counter's rise per second. A counter that went back belongs to a rebooted guest: no rise.
double per_second(const std::optional<std::uint64_t>& now, const std::optional<std::uint64_t>& before,
                  double dt) {
  if (!now || !before || *now < *before || dt <= 0) return 0;
  return static_cast<double>(*now - *before) / dt;
}

double faded(double heat, double dt, Duration half_life) {
  return heat * std::exp2(-dt / seconds(half_life));
}

// A level that the guest claims, limited to the level that contains it.
Bytes within(const std::optional<Bytes>& claimed, Bytes most) {
  return std::clamp(claimed.value_or(Bytes{}), Bytes{}, most);
}

GuestSample within_total(const GuestSample& sample, Bytes total, Bytes available) {
  GuestSample out = sample;
  out.total = total;
  out.available = available;
  if (out.free) out.free = within(out.free, total);
  if (out.inactive_file) out.inactive_file = within(out.inactive_file, total);
  if (out.commit_room) out.commit_room = within(out.commit_room, total);
  return out;
}

// Page tables, slab and stacks cannot use movable memory. A guest can fail for lack of it with plenty
// available. More memory helps, because the guest's service brings it online for the kernel when that is
// short. If programs are out of memory too, it is an ordinary shortage, and demand shows it.
bool kernel_memory_short(const GuestSample& sample, Bytes total, Bytes available) {
  if (!sample.normal_free) return false;
  const Bytes left = within(sample.normal_free, total) + within(sample.normal_file, total);
  return left < std::max(kLeastKernelMemory, total.scaled(kLeastKernelShare)) &&
         available - left > kLeastHeadroom;
}

// What is in its swap. Balloon statistics do not report it. Then it is the pages that went out and did not
// come back: too much if programs ended meanwhile, which fades because nobody misses it.
Bytes in_swap(const GuestSample& sample, Bytes limit) {
  if (sample.swap_total) {
    const Bytes most = within(sample.swap_total, limit);
    return sample.swap_free ? most - within(sample.swap_free, most) : most;
  }
  if (!sample.swap_in_pages || !sample.swap_out_pages || *sample.swap_out_pages < *sample.swap_in_pages)
    return {};
  const double away = static_cast<double>(*sample.swap_out_pages - *sample.swap_in_pages) * kPage;
  return std::min(limit, Bytes::nearest(away));
}

struct Rates {
  double swap = 0;     // pages per second, in and out
  double refault = 0;  // pages per second
  double stalled = 0;  // share of time, 0 to 1
};

Rates rates(const GuestSample& now, const GuestSample& before, double dt) {
  Rates out;
  out.swap = per_second(now.swap_in_pages, before.swap_in_pages, dt) +
             per_second(now.swap_out_pages, before.swap_out_pages, dt);
  out.refault = per_second(now.refault_file, before.refault_file, dt);
  out.stalled = std::min(1.0, per_second(now.psi_some_us, before.psi_some_us, dt) / 1e6);
  return out;
}

// A program or container at its own limit reclaims, pages and stalls, however much the guest has left. The
// guest's counters include that. If the guest reports what its kernel reclaimed globally, no more than that
// can come back for lack of memory. If it does not, nothing comes back for lack of memory while memory is to
// spare.
void drop_what_a_limit_drives(DemandState& state, Rates& rate, const GuestSample& now, double dt) {
  if (now.reclaimed_pages && state.last->reclaimed_pages) {
    const double taken = per_second(now.reclaimed_pages, state.last->reclaimed_pages, dt);
    state.reclaimed = std::max(taken, faded(state.reclaimed, dt, kReclaimHalfLife));
    rate.refault = std::min(rate.refault, state.reclaimed);
    rate.swap = std::min(rate.swap, state.reclaimed);
    if (state.reclaimed < kSwapThatHurts) rate.stalled = 0;
    return;
  }
  // Free pages are taken before any cache; cache is taken before programs are paged out for good.
  const Bytes roomy = std::max(kRoomy, now.total->scaled(kRoomyShare));
  const bool free = now.free && *now.free > roomy && *now.available > roomy;
  if (free) rate.refault = 0;
  if (free || *now.available > now.total->scaled(kPlentyShare)) rate.swap = rate.stalled = 0;
}

// Programs killed since `before` because the whole guest was out of memory.
int killed(const GuestSample& now, const GuestSample& before, Bytes total) {
  const auto risen = [](const std::optional<std::uint64_t>& to, const std::optional<std::uint64_t>& from) {
    return to && from && *to > *from ? std::min<std::uint64_t>(*to - *from, 1000) : 0;
  };
  const std::uint64_t all = risen(now.oom_kills, before.oom_kills);
  const std::uint64_t in_limits = risen(now.oom_kills_in_limits, before.oom_kills_in_limits);
  // If nobody distinguishes kills: a guest with plenty left did not kill for lack of memory.
  if (!now.oom_kills_in_limits && *before.available > total.scaled(kPlentyShare)) return 0;
  return static_cast<int>(all - std::min(all, in_limits));
}

// Balloon statistics do not report refaults. Cache that went for lack of memory and is read again was missed.
double cache_read_again(DemandState& state, const GuestSample& now, Bytes cache, double dt) {
  const Bytes change = cache - state.cache;
  const Bytes reserve = state.kept.reserve;
  const bool is_short =
      now.free.value_or(Bytes{}) < std::max(reserve + reserve, now.total->scaled(kRoomyShare));
  state.cache_lost = state.cache_lost.scaled(faded(1, dt, kHeatHalfLife));
  if (is_short) state.cache_lost += std::max(Bytes{}, -change);
  const Bytes again = std::clamp(change, Bytes{}, state.cache_lost);
  state.cache_lost -= again;
  return static_cast<double>(again.count()) / kPage / dt;
}

// How much page cache was taken lately without being missed. Cache that the guest drops itself says nothing
// about cache that was taken.
void follow_taken_cache(DemandState& state, Bytes filled, Bytes assigned, double dt) {
  const Bytes taken = std::min(state.assigned, state.filled) - assigned;
  const Bytes given = assigned - state.assigned;
  state.cache_cold = state.cache_cold.scaled(faded(1, dt, kHeatHalfLife));
  state.cache_cold += std::max(Bytes{}, taken) - std::clamp(given, Bytes{}, state.cache_cold);
  state.filled = filled;
  state.assigned = assigned;
}

// Cache counts as needed until shown otherwise: its weight decays, a little of it is taken, and if that is
// missed all of it is left alone, for longer each time. New cache counts as `fresh` and does not decay yet.
void judge_cache(DemandState& state, Bytes cache, double fresh, bool missed, double dt, TimePoint at) {
  const double now = cache.to_mib();
  const double known = std::min(state.cache.to_mib(), now);
  state.cache = cache;
  state.cache_age = now > 0 ? (state.cache_age + dt) * known / now : 0;
  if (now > known) state.cache_heat = (state.cache_heat * known + fresh * (now - known)) / now;
  if (missed) {
    state.cache_heat = 1;
    if (at < state.cache_hot_until) return;
    const std::int64_t doubled = std::int64_t{1} << std::min(state.cache_relapses, 10);
    state.cache_hot_until = at + std::min(kFloorMost, kFloorFirst * doubled);
    ++state.cache_relapses;
  } else if (at >= state.cache_hot_until && state.cache_age >= seconds(kCacheYoung)) {
    state.cache_heat = faded(state.cache_heat, dt, kHeatHalfLife);
    if (state.cache_heat < kColdHeat) state.cache_relapses = 0;
  }
}

}  // namespace

std::optional<Demand> estimate(DemandState& state, const GuestSample& sample, TimePoint at,
                               const Holding& has, Source source) {
  const Bytes assigned = has.assigned, limit = has.limit;
  if (!sample.total || !sample.available) return std::nullopt;
  const bool first = !state.last;
  const double dt = first ? 0.0 : std::max(0.0, seconds(at - state.last_at));
  // Two samples closer than this give no rates. The older one stays the reference.
  const bool rated = !first && dt >= seconds(kLeastSampleGap);
  Rates rate = rated ? rates(sample, *state.last, dt) : Rates{};

  const Bytes total = within(sample.total, limit);
  const Bytes available = within(sample.available, total);
  const Bytes unseen = settle(state.uncounted, assigned - total, assigned, has.at_rest, at);
  const GuestSample bounded = within_total(sample, total, available);
  if (rated) drop_what_a_limit_drives(state, rate, bounded, dt);
  const bool served = source != Source::BalloonStats;
  const Kept keeps = served ? Kept{} : kept(state.kept, bounded, first ? nullptr : &*state.last);
  // Nobody needs memory that is about to go, and nobody can use it. It counts for nothing else.
  const Bytes apart = within(sample.apart, total - available);
  const Bytes used = total - available - apart - keeps.back - keeps.lists + unseen;
  // Swapped memory counts as needed only as far as the guest misses it. Otherwise cold pages in swap would
  // hold host memory for ever.
  const Bytes swapped = in_swap(sample, limit);
  const Bytes file = served ? within(sample.active_file, available) : keeps.cache;
  const double fresh = served ? 1.0 : kUnknownCache;
  if (first) state.cache_heat = fresh;
  if (first || rated) {
    state.kept = keeps.state;
    follow_taken_cache(state, used + file, assigned, dt);
  }
  if (rated) {
    if (!served) rate.refault = cache_read_again(state, bounded, file, dt);
    const bool missed = rate.refault >= kRefaultsThatHurt;
    if (missed) state.cache_cold = {};
    judge_cache(state, file, fresh, missed, dt, at);
    state.swap_heat = rate.swap >= kSwapThatHurts ? 1.0 : faded(state.swap_heat, dt, kHeatHalfLife);
  }
  Bytes refaulted;
  if (rate.refault >= kRefaultsThatHurt) {
    refaulted = std::min(Bytes::nearest(rate.refault * kPage), total);
  }

  Bytes cache = std::max(file.scaled(state.cache_heat), std::min(file, kLeastCache));
  // Reading fills all memory of a guest. Cache of unknown use holds memory, but does not request any.
  if (!served) cache = std::clamp(total.scaled(kUnknownCacheRoom) - used, Bytes{}, cache);

  Demand demand;
  demand.used = used;
  demand.filled = used + file;
  demand.cold_cache = state.cache_cold;
  demand.demand = used + cache + swapped.scaled(state.swap_heat) + refaulted;
  demand.available = available;
  if (bounded.commit_room) {
    // Promised memory is as good as used where the kernel promises no more than it has.
    const Bytes promised = total - *bounded.commit_room + unseen + kCommitSlack;
    demand.demand = std::max(demand.demand, promised);
    demand.available = std::min(available, *bounded.commit_room);
  }
  demand.demand = std::min(demand.demand, limit);
  demand.swap_free = sample.swap_free ? within(sample.swap_free, limit) : Bytes{};
  demand.unseen = unseen;
  if (!first) demand.killed = killed(sample, *state.last, total);
  const bool swaps = rate.swap >= kSwapThatHurts;
  if (swaps) state.paging_until = at + kDistressHold;
  if (swaps || rate.stalled >= kStallThatHurts || rate.refault >= kRefaultsThatHurt) {
    state.distress_until = at + kDistressHold;
  }
  demand.distress = at < state.distress_until;
  demand.paging = at < state.paging_until;

  demand.saturated = demand.available < std::max(kSaturated, total.scaled(kSaturatedShare));
  demand.kernel_short = kernel_memory_short(sample, total, available);

  if (first || rated) {
    state.last = bounded;
    state.last_at = at;
  }
  return demand;
}

}  // namespace aerostat
