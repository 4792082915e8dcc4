#include "policy/mind.h"

#include <algorithm>

#include "model/memory_block.h"
#include "policy/rescue.h"
#include "policy/tuning.h"

namespace aerostat {

namespace {

// Of what was added: more than this never seen is not brought online.
constexpr double kMostIsOffline = 0.75;

// Whether to check again. A guest in want is believed, and so is one whose reports are too rare to wait for
// the next.
bool doubts(Mind& mind, const Demand& now, Bytes came, Bytes gone, const Evidence& evidence) {
  if (!mind.demand || in_want(now) || !is_service(evidence.source)) {
    mind.half_seen = {};
    return false;
  }
  const bool gave = gone > kMemoryBlock.scaled(0.5);
  const Rise rise{mind.demand->demand, now.demand, came, evidence.gives, gave};
  return is_half_seen(mind.half_seen, rise, evidence.sampled_at);
}

// Most of what was added stands idle in the guest because nobody brings it online there: more would only cost
// it the page structures.
void look_for_offline(Mind& mind, const Demand& demand, Bytes added) {
  if (added <= kOpenBlock) mind.never_seen = demand.unseen;
  const Bytes offline = demand.unseen - mind.never_seen.value_or(demand.unseen);
  mind.offline = added > kOpenBlock && offline >= added.scaled(kMostIsOffline) ? offline : Bytes{};
}

void believe(Mind& mind, const Demand& demand, const Evidence& evidence, const Profile& profile,
             TimePoint at) {
  mind.demand = demand;
  look_for_offline(mind, demand, evidence.added);
  mind.believed_total = *mind.sample.total;
  look_ahead(mind.outlook, {demand.demand, demand.saturated, evidence.due, evidence.grain, at}, profile);
  mind.headroom = headroom(mind.outlook);
  mind.growth = growth(mind.outlook);
  mind.nearly_empty = nearly_empty(demand.available, demand.saturated, mind.headroom);
  if (!mind.nearly_empty) mind.rescues = 0;
  // Distress of a growing guest that plainly had too little says nothing about the last shrink.
  const bool unexplained = demand.distress && at - mind.outlook.short_at > kShrinkToBlame;
  const Bytes above = above_use(mind, evidence.has.assigned);
  mind.floor = demand.killed > 0 ? after_kill(mind.floor, above, at)
                                 : after_sample(mind.floor, unexplained, above, at);
}

// A service reports when its numbers change. If it reports nothing different, the doubted value stands.
void hear_silence(Mind& mind, const Evidence& evidence, const Profile& profile, TimePoint now) {
  if (!mind.doubted) return;
  if (now - mind.sampled_at <= (evidence.gives ? kSilenceTellsGiving : kSilenceTells)) return;
  believe(mind, *mind.doubted, evidence, profile, mind.sampled_at);
  mind.doubted.reset();
}

}  // namespace

bool learn(Mind& mind, const Evidence& evidence, const Profile& profile, TimePoint now) {
  if (!evidence.sample) {
    hear_silence(mind, evidence, profile, now);
    return false;
  }
  const GuestSample& sample = *evidence.sample;
  const TimePoint at = evidence.sampled_at;
  if (evidence.source != mind.source) {  // rates across two sources mean nothing
    forget_reports(mind);
    mind.source = evidence.source;
  }
  const std::optional<Demand> demand = estimate(mind.estimating, sample, at, evidence.has, evidence.source);
  if (demand && demand->killed > 0 && sample.oom_kills > mind.sample.oom_kills) {
    mind.oom_at = at;
    ++mind.ooms;
  }
  const bool more_came = sample.total > mind.sample.total;
  const Bytes gone = mind.sample.total.value_or(Bytes{}) - sample.total.value_or(Bytes{});
  mind.sample = sample;
  mind.sampled_at = at;
  mind.doubted.reset();
  if (!demand) {
    mind.demand.reset();
    return false;
  }
  const Bytes came = more_came ? *sample.total - mind.believed_total : Bytes{};
  if (doubts(mind, *demand, came, gone, evidence)) {
    mind.doubted = demand;
    return false;
  }
  believe(mind, *demand, evidence, profile, at);
  return true;
}

void tell(Mind& mind, const Wish& wish, Bytes from, Bytes to, bool floors, TimePoint now) {
  mind.returns_to = wish.rule == Rule::ReturnIdle ? std::optional(wish.desired) : std::nullopt;
  if (to > from) {
    if (mind.nearly_empty) ++mind.rescues;
    mind.grew_at = now;
    return;
  }
  const bool idle = wish.rule == Rule::ReturnIdle || wish.rule == Rule::Yield;
  if (floors && idle) mind.floor = after_shrink(mind.floor, above_use(mind, from), now);
  mind.shrank_at = now;
}

void believe_last_word(Mind& mind) {
  if (mind.doubted) mind.demand = mind.doubted;
}

void forget_reports(Mind& mind) {
  mind.source = Source::None;
  mind.estimating = {};
  mind.demand.reset();
  mind.half_seen = {};
  mind.doubted.reset();
  mind.outlook = {};
  mind.nearly_empty = false;
  mind.never_seen.reset();
  mind.offline = {};
}

void forget_guest(Mind& mind) {
  forget_reports(mind);
  mind.sample = {};
  mind.floor = {};
  mind.returns_to.reset();
  mind.oom_at.reset();
}

Bytes above_use(const Mind& mind, Bytes level) {
  return mind.demand ? std::max(Bytes{}, level - mind.demand->used) : Bytes{};
}

bool in_want(const Demand& demand) {
  return demand.saturated || demand.paging || demand.distress || demand.kernel_short;
}

void show(const Mind& mind, TimePoint now, VmView& view) {
  if (mind.grew_at) view.since_grow = now - *mind.grew_at;
  if (mind.shrank_at) view.since_shrink = now - *mind.shrank_at;
  if (!mind.demand) return;
  const Demand& demand = *mind.demand;
  if (!view.keeps) {
    view.demand = demand.demand;
    view.available = demand.available;
    view.swap_free = demand.swap_free;
    if (mind.nearly_empty) view.rescue = rescue(mind.rescues, view.since_grow);
    view.cache = std::max(Bytes{}, demand.demand - demand.used);
    view.filled = demand.filled;
    view.cold_cache = demand.cold_cache;
    view.headroom = mind.headroom;
    view.growth = mind.growth;
    view.rising = rises(mind.outlook);
    view.distress = demand.distress;
    view.kernel_short = demand.kernel_short;
  }
  if (mind.floor.spare > Bytes{}) view.learned_floor = demand.used + mind.floor.spare;
}

std::optional<Bytes> rest(Mind& mind, const VmView& view, bool judged, const Profile& profile) {
  std::optional<Bytes> out;
  if (view.demand && judged) out = rest_level(mind.outlook, view.target, view.grain, profile);
  // The rest of a change that was worth it need not be worth another.
  if (view.distress || !view.since_shrink || *view.since_shrink > kShrinkToBlame) mind.returns_to.reset();
  if (out && mind.returns_to) out = std::min(*out, *mind.returns_to);
  return out;
}

}  // namespace aerostat
