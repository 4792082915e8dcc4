#include "policy/outlook.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr double kMib = 1024.0 * 1024.0;
// The first judgement of a VM nobody knows.
constexpr std::size_t kFirstStride = 1;
// Startup memory that plainly lies idle goes back after this of kTrialHolds.
constexpr std::size_t kYoungHold = 1;
constexpr auto kRing = static_cast<std::int64_t>(Outlook::kSlots);

Bytes bytes(double mib) { return Bytes::of(std::llround(std::clamp(mib, 0.0, 1e12) * kMib)); }
std::size_t place(std::int64_t slot) { return static_cast<std::size_t>((slot % kRing + kRing) % kRing); }
constexpr auto kLateRing = static_cast<std::int64_t>(Outlook::kLateSlots);
constexpr std::int64_t kLateSpan = 64;  // half seconds
std::size_t late_place(std::int64_t span) { return static_cast<std::size_t>(span) % Outlook::kLateSlots; }
std::int64_t slot_of(TimePoint at) {
  return static_cast<std::int64_t>(seconds(at.time_since_epoch()) / kOutlookSlot);
}

// MiB above need below which a trial grows.
double room(const Outlook& o, const Profile& p) {
  const double wild = std::max(kLeastForecastCap.to_mib(), o.need * kForecastShare);
  return p.floor_mib + o.need * kFloorShare + std::min(kHeadroomSigmas * o.sigma + o.ahead, wild);
}

// What a change costs, in MiB s. Changes of many come dearer: each is work for guest and host.
double change_cost(const Outlook& o, const Profile& p) {
  return 1024 * p.change_price * (1 + kHurry * std::max(0.0, o.moves / kManyMoves - 1));
}

// MiB it then grows to. While need rises at some rate, bringing more at once means fewer changes and more that
// lies idle meanwhile; both cost the same at the square root of 2 x cost of a change x rate (the economic order
// quantity).
double goal(const Outlook& o, const Stride& stride, const Profile& p) {
  const double room_now = room(o, p);
  if (!p.with.chunk) return o.need + room_now;
  const double rise = std::max(0.0, o.seen - o.behind) / kRiseSeconds;
  const double order = std::min(stride.order * std::sqrt(2 * change_cost(o, p) * rise), o.need * kForecastShare);
  const double chunk = o.need + std::max(room_now * kGrowthChunk, room_now + order);
  const double before = std::max<double>(o.back, o.most[place(o.slot)]) + room_now;
  return chunk + (p.with.back ? std::max(0.0, before - chunk) * kBackShare : 0);
}

double in_blocks(double mib, double block) { return std::ceil(mib / block) * block; }

// The level that `level` MiB may go back to: what was idle for `hold` must be worth two changes in that time. A
// little that is not worth it then may be worth it when it was idle for longer.
double idle_down_to(const Outlook& o, double level, double room_now, std::size_t hold, const Stride& stride,
                    double block, double price) {
  const double known = seconds(o.at - o.met_at);
  const bool young = known < kYoung;
  const auto now = static_cast<double>(o.most[place(o.slot)]);
  const auto depth_of = [&](double most) { return o.need + stride.keep * (most - o.need); };
  const auto worth = [&](double to, double seconds, bool first) {
    return level - to >= std::max(block, 2 * price / seconds * (first || young ? 1 : kLongestWorth));
  };
  for (std::size_t h = young ? std::min(hold, kYoungHold) : hold; h < kTrialHolds.size(); ++h) {
    const double to = in_blocks(depth_of(std::max<double>(o.held[h], now)) + room_now, block);
    if (level - to < block || known < kTrialHolds[h]) return level;
    if (worth(to, kTrialHolds[h], h == hold)) return to;
  }
  for (std::size_t h = 0; h < kLateHolds.size(); ++h) {
    const double to = in_blocks(std::max<double>(o.late_held[h], now) + room_now, block);
    if (level - to < block || known < kLateHolds[h]) return level;
    if (worth(to, kLateHolds[h], false)) return to;
  }
  return level;
}

// The maxima over the last holds, once per half second.
void look_back(Outlook& o) {
  float most = 0;
  std::size_t hold = 0;
  for (std::int64_t back = 1; back < kRing && hold < kTrialHolds.size(); ++back) {
    const double age = static_cast<double>(back - 1) * kOutlookSlot;
    if (age >= kTrialHolds[hold]) o.held[hold++] = most;
    most = std::max(most, o.most[place(o.slot - back)]);
    if (age < kBack) o.back = most;
  }
  while (hold < kTrialHolds.size()) o.held[hold++] = most;
  // Spans are whole ones: a late hold ends up to a span later.
  const std::int64_t span = o.slot / kLateSpan;
  most = std::max(o.held.back(), o.late[late_place(span)]);
  std::size_t late = 0;
  for (std::int64_t back = 1; late < kLateHolds.size() && back < kLateRing; ++back) {
    most = std::max(most, o.late[late_place(span - back)]);
    if (static_cast<double>(back * kLateSpan) * kOutlookSlot >= kLateHolds[late]) o.late_held[late++] = most;
  }
  while (late < kLateHolds.size()) o.late_held[late++] = most;
}

void begin(Outlook& o, const Seen& seen, double need, const Profile& p) {
  o = Outlook{};
  o.started = true;
  o.at = o.met_at = o.learned_at = seen.at;
  o.need = o.seen = o.learned = o.behind = need;
  o.slot = slot_of(seen.at);
  o.most.fill(static_cast<float>(need));
  o.held.fill(static_cast<float>(need));
  o.late.fill(static_cast<float>(need));
  o.late_held.fill(static_cast<float>(need));
  o.back = static_cast<float>(need);
  // Nobody knows it yet: it is taken for one that moves.
  o.sigma = o.unknown = need * kUnknownRise;
  // The middle one is the first judgement.
  constexpr std::size_t kHold = kTrialHolds.size() / 2;
  const auto away = [](std::size_t a, std::size_t b) { return static_cast<double>(a > b ? a - b : b - a); };
  for (std::size_t h = 0; h < kTrialHolds.size(); ++h) {
    for (std::size_t k = 0; k < kTrialStrides.size(); ++k) {
      const std::size_t i = Trials::index(h, k);
      o.trials.level[i] = static_cast<float>(need + room(o, p));
      o.trials.cost[i] = static_cast<float>(kPrior * need * (away(h, kHold) + away(k, kFirstStride)));
    }
  }
  o.trials.best = Trials::index(kHold, kFirstStride);
}

// What the VM did since it was learned from last, in numbers. Over 10 ms a hiccup of the guest looks like a burst.
void learn(Outlook& o, double need, TimePoint at, const Profile& p) {
  const double dt = seconds(at - o.learned_at);
  if (dt < seconds(kLeastSampleGap)) return;
  const double change = need - o.learned;
  o.learned = need;
  o.learned_at = at;
  const double rise = std::max(0.0, change);
  const double scaled = rise * rise / std::pow(dt, 2 * kHurst);
  const double keep_fast = std::exp(-dt / kFastMemory);
  const double keep_slow = std::exp(-dt / kSlowMemory);
  o.fast = o.fast * keep_fast + scaled * (1 - keep_fast);
  o.slow = o.slow * keep_slow + scaled * (1 - keep_slow);
  static const double lead = std::pow(kLeadSeconds, kHurst);
  o.unknown *= std::exp(-dt / kUnknownMemory);
  o.sigma = std::max(o.unknown, std::sqrt(std::max(o.fast, p.with.habits ? kSlowShare * o.slow : 0)) * lead);
  o.behind += (need - o.behind) * (1 - std::exp(-dt / kRiseSeconds));
  const double rate = change / dt;
  o.follow = o.follow * keep_slow + rate * o.rate * dt;
  o.power = o.power * keep_slow + rate * rate * dt;
  const double surely = o.power > 0 ? std::clamp(o.follow / o.power, 0.0, 1.0) : 0.0;
  o.rate = rate;
  o.ahead = p.with.trend ? std::max(0.0, rate) * surely * kTrendSeconds : 0;
}

// The integral of (value)+ over `dt` while it goes straight from v0 to v1.
double area_above(double v0, double v1, double dt) {
  if (v0 >= 0 && v1 >= 0) return (v0 + v1) / 2 * dt;
  if (v0 <= 0 && v1 <= 0) return 0;
  const double top = std::max(v0, v1);
  return top * top / (std::abs(v0) + std::abs(v1)) * dt / 2;
}

// Of a trial, what may be chosen: an element that is off stays at the first judgement.
std::size_t allowed(std::size_t trial, const Profile& p) {
  constexpr std::size_t kHolds = kTrialHolds.size();
  constexpr std::size_t kStrides = kTrialStrides.size();
  const std::size_t hold = p.with.patience_trials ? trial / kStrides : kHolds / 2;
  const std::size_t stride = p.with.stride_trials ? trial % kStrides : kFirstStride;
  return Trials::index(hold, stride);
}

// Every trial goes through the last `dt`, pays for it, and makes its own move.
void try_all(Outlook& o, double before, double dt, double block, const Profile& p) {
  Trials& t = o.trials;
  const auto keep = static_cast<float>(std::exp(-dt / kTrialMemory));
  const double change = change_cost(o, p);
  const std::size_t ruling = t.best;
  o.moves *= std::exp(-dt / kMovesMemory);
  std::size_t cheapest = t.best;
  const double low = o.need + room(o, p);
  for (std::size_t k = 0; k < kTrialStrides.size(); ++k) {
    const double grown = in_blocks(std::max(low, goal(o, kTrialStrides[k], p)), block);
    for (std::size_t h = 0; h < kTrialHolds.size(); ++h) {
      const std::size_t i = Trials::index(h, k);
      const double had = t.level[i];
      double level = had;
      const double short0 = before - level;
      const double short1 = o.need - level;
      double cost = area_above(-short0, -short1, dt);
      // What is missing at a sample stays missing until memory has come.
      if (short1 > 0) cost += p.short_price * (area_above(short0, short1, dt) + short1 * kShortStays);
      if (level < low) {
        cost += p.plug_price * (grown - level) + change;
        level = grown;
      } else {
        const double to = idle_down_to(o, level, low - o.need, h, kTrialStrides[k], block, change);
        if (to < level) cost += change;
        level = to;
      }
      if (i == ruling && level != had) o.moves += 3600 / kMovesMemory;
      t.level[i] = static_cast<float>(level);
      t.cost[i] = t.cost[i] * keep + static_cast<float>(cost);
      if (t.cost[i] < t.cost[cheapest]) cheapest = i;
    }
  }
  if (t.cost[cheapest] < t.cost[t.best] * kBetterBy) t.best = allowed(cheapest, p);
}

// A guest with nothing left cannot show what it needs: it is offered more, and twice as much when that has
// come and was not enough either.
void escalate(Outlook& o, const Seen& seen, const Profile& p) {
  const double has = seen.assigned.to_mib();
  if (!seen.saturated) {
    o.escalation = 0;
  } else if (o.escalation <= 0) {
    const double going_on = p.with.escalation ? std::min(o.rate * kSaturatedSeconds, has / 2) : 0;
    o.escalation = std::max(kSaturatedStep.to_mib(), going_on);
    o.escalated_at = has;
    o.raised_at = seen.at;
  } else if (has > o.escalated_at && p.with.escalation && seconds(seen.at - o.raised_at) >= kLeadSeconds) {
    o.escalation = std::min(o.escalation * 2, std::max(kSaturatedStep.to_mib(), has / 2));
    o.escalated_at = has;
    o.raised_at = seen.at;
  }
}

}  // namespace

void look_ahead(Outlook& o, const Seen& seen, const Profile& p) {
  const double shown = seen.need.to_mib();
  const double block = std::max(seen.grain.to_mib(), 1.0);
  if (!o.started) return begin(o, seen, shown, p);
  const double dt = std::max(seconds(seen.at - o.at), 0.005);
  escalate(o, seen, p);
  const double need = shown + o.escalation;
  const double before = o.need;
  learn(o, shown, seen.at, p);
  const std::int64_t slot = slot_of(seen.at);
  if (slot != o.slot) {
    for (std::int64_t i = std::max(o.slot + 1, slot - kRing + 1); i <= slot; ++i)
      o.most[place(i)] = static_cast<float>(std::max(o.seen, shown));
    const std::int64_t span = slot / kLateSpan;
    for (std::int64_t i = std::max(o.slot / kLateSpan + 1, span - kLateRing + 1); i <= span; ++i)
      o.late[late_place(i)] = static_cast<float>(std::max(o.seen, shown));
    o.slot = slot;
    look_back(o);
  }
  float& now = o.most[place(slot)];
  now = std::max(now, static_cast<float>(shown));
  float& lately = o.late[late_place(slot / kLateSpan)];
  lately = std::max(lately, now);
  o.need = need;
  o.seen = shown;
  if (need * kNearlyAll >= seen.assigned.to_mib()) o.short_at = seen.at;
  o.at = seen.at;
  try_all(o, before, dt, block, p);
}

Bytes headroom(const Outlook& o, const Profile& p) {
  return bytes(o.need - o.seen + room(o, p));
}

Bytes growth(const Outlook& o, const Profile& p) {
  return bytes(std::max(o.need + room(o, p), goal(o, o.trials.stride(), p)) - o.seen);
}

Bytes burst(const Outlook& o, const Profile& p) {
  if (!p.with.warm_pool) return {};
  static const double longer = std::pow(kOthersGive / kLeadSeconds, kHurst);
  return bytes(std::min(kBurstSigmas * o.sigma * longer, o.need));
}

Bytes rest_level(const Outlook& o, Bytes target, Bytes grain, const Profile& p) {
  const double has = target.to_mib();
  const double block = std::max(grain.to_mib(), 1.0);
  const double to = idle_down_to(o, has, room(o, p), o.trials.hold(), o.trials.stride(),
                                 block, change_cost(o, p));
  return to < has ? std::min(target, bytes(to).round_up(grain)) : target;
}

}  // namespace aerostat
