#include "policy/kept.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr std::int64_t kPageBytes = 4096;
constexpr std::uint64_t kMostPages = std::uint64_t{1} << 40;

Bytes difference(const std::optional<Bytes>& now, const std::optional<Bytes>& before) {
  return now.value_or(Bytes{}) - before.value_or(Bytes{});
}

// The most memory that programs touched for the first time.
Bytes faulted(const GuestSample& now, const GuestSample& before) {
  if (!now.minor_faults || !before.minor_faults || *now.minor_faults < *before.minor_faults) return {};
  const std::uint64_t pages = std::min(kMostPages, *now.minor_faults - *before.minor_faults);
  return Bytes::of(static_cast<std::int64_t>(pages) * kPageBytes);
}

// If programs and page cache took memory but free memory did not fall, it came from the lists. More than the
// lists were thought to hold means that less was in use; more than the lists can hold means that memory was
// freed meanwhile. Freed pages go to the lists first, so a rise of free memory shows that the lists are full.
// They may be emptied unseen at any time. But need hardly fell below the least that was ever in use.
void follow_lists(KeptState& state, const GuestSample& now, const GuestSample& before, Bytes most) {
  const Bytes risen = difference(now.free, before.free) - difference(now.total, before.total);
  const Bytes fallen = std::max(Bytes{}, -risen);
  const Bytes touched = faulted(now, before);
  const Bytes cached = std::max(Bytes{}, difference(now.inactive_file, before.inactive_file));
  // A page of a mapped file, or of shared memory, is in both numbers. The truth lies between.
  const Bytes surely = std::max(Bytes{}, std::max(touched, cached) - fallen);
  const Bytes perhaps = std::max(Bytes{}, touched + cached - fallen);
  const Bytes freed = std::max(Bytes{}, risen) + std::max(Bytes{}, surely - most);
  if (state.least)
    state.least = std::max(Bytes{}, std::min(*state.least, state.used - std::min(surely, most)));
  state.lists = std::max(Bytes{}, state.lists - perhaps) + freed;
}

}  // namespace

Kept kept(const KeptState& state, const GuestSample& now, const GuestSample* before) {
  Kept out{state, {}, {}, {}};
  if (!now.free || !now.total || !now.available) return out;
  const Bytes free = *now.free;
  out.state.reserve = std::clamp(free - *now.available, state.reserve,
                                 std::max(state.reserve, now.total->scaled(kReserveShare)));
  const Bytes low_mark = out.state.reserve.scaled(kLowMarkShare);
  // Of cache beyond the low mark, the kernel calls all but the low mark available; of less, one half.
  const Bytes counted = std::max(Bytes{}, *now.available - free + out.state.reserve);
  out.back = std::min({counted, low_mark, *now.total - *now.available});
  out.cache = std::min(now.inactive_file.value_or(Bytes{}), counted + out.back);
  const Bytes used = *now.total - *now.available - out.back;
  // A kernel short of memory empties the lists.
  const bool roomy = free > out.state.reserve + out.state.reserve;
  if (before && roomy) follow_lists(out.state, now, *before, low_mark);
  // The lists share the low mark. It is unknown which processor freed memory: at least one processor's list
  // is full.
  const Bytes one_list = now.processors ? low_mark.scaled(1.0 / std::max(1, *now.processors)) : Bytes{};
  const Bytes least = std::min(out.state.least.value_or(used), used);
  out.state.lists =
      before && roomy ? std::clamp(out.state.lists, Bytes{}, std::min(used - least, one_list)) : Bytes{};
  out.state.least = least;
  out.state.used = used;
  out.lists = out.state.lists;
  return out;
}

}  // namespace aerostat
