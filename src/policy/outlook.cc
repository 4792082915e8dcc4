#include "policy/outlook.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr double kMibOfGib = 1024.0;
// Of what was feared at first so little is nothing: the VM is known.
constexpr double kKnown = 0.05;

// MiB/s that it rises by, lately.
double rise(const Outlook& o) { return std::max(0.0, o.seen - o.behind) / kRiseSeconds; }

// MiB above need below which it is grown: for its bursts, or for a rise that goes on as it is.
double room(const Outlook& o, const Profile& p) {
  const double wild = std::max(kLeastForecastCap.to_mib(), o.need * kForecastShare);
  const double ramp = std::max(0.0, rise(o) - o.need * kNoRise) * kRiseLead;
  return p.floor_mib + std::min(std::max(p.headroom_sigmas * o.sigma, ramp), wild);
}

// Changes of many come dearer: each is work for guest and host.
Costs costs(const Outlook& o, const Profile& p) {
  const double hurry = 1 + kHurry * std::max(0.0, o.moves / kManyMoves - 1);
  return {p.short_price, p.plug_price, p.change_price * kMibOfGib * hurry};
}

// MiB that a growth brings above the room.
double ordered(const Outlook& o, const Profile& p) {
  return p.with.order ? order(rise(o), o.need, costs(o, p)) : 0;
}

Need need_of(const Outlook& o, const Profile& p, Bytes grain) {
  return {o.need, o.need, 0, room(o, p), std::max(grain.to_mib(), 1.0)};
}

void begin(Outlook& o, const Seen& seen, double need, const Profile& p) {
  o = Outlook{};
  o.started = true;
  o.at = o.learned_at = seen.at;
  o.need = o.seen = o.learned = o.behind = need;
  // Nobody knows it yet: it is taken for one that moves.
  o.sigma = o.unknown = need * kUnknownRise;
  o.past.begin(seen.at, need);
  o.trials.begin(need + room(o, p), need);
}

// What the VM did since it was learned from last, in numbers. Over 10 ms a hiccup of the guest looks like a
// burst.
void learn(Outlook& o, double need, TimePoint at) {
  const double dt = seconds(at - o.learned_at);
  if (dt < seconds(kLeastSampleGap)) return;
  const double change = need - o.learned;
  o.learned = need;
  o.learned_at = at;
  const double risen = std::max(0.0, change);
  const double scaled = risen * risen / std::pow(dt, 2 * kHurst);
  const double keep = std::exp(-dt / kBurstMemory);
  o.burst = o.burst * keep + scaled * (1 - keep);
  static const double lead = std::pow(kLeadSeconds, kHurst);
  o.unknown *= std::exp(-dt / kUnknownMemory);
  if (o.unknown < need * kUnknownRise * kKnown) o.unknown = 0;
  o.sigma = std::max(o.unknown, std::sqrt(o.burst) * lead);
  o.behind += (need - o.behind) * (1 - std::exp(-dt / kRiseSeconds));
}

}  // namespace

void look_ahead(Outlook& o, const Seen& seen, const Profile& p) {
  const double shown = seen.need.to_mib();
  if (!o.started) return begin(o, seen, shown, p);
  const double dt = std::max(seconds(seen.at - o.at), 0.005);
  learn(o, shown, seen.at);
  const bool rested = o.past.note(seen.at, o.seen, shown);
  const double before = o.need;
  // A guest with nothing left cannot show what it needs: it is offered more until it has some left.
  o.need = shown + (seen.saturated ? kSaturatedStep.to_mib() : 0);
  o.seen = shown;
  o.at = seen.at;
  Need need = need_of(o, p, seen.grain);
  if (need.now + need.room > seen.assigned.to_mib()) o.short_at = seen.at;
  need.before = before;
  need.dt = dt;
  const bool moved = o.trials.advance(o.past, need, ordered(o, p), costs(o, p), rested,
                                      {p.with.patience_trials, p.with.depth_trials});
  o.moves = o.moves * std::exp(-dt / kMovesMemory) + (moved ? 3600 / kMovesMemory : 0);
}

Bytes headroom(const Outlook& o, const Profile& p) { return Bytes::of_mib(o.need - o.seen + room(o, p)); }

Bytes growth(const Outlook& o, const Profile& p) { return headroom(o, p) + Bytes::of_mib(ordered(o, p)); }

Bytes rest_level(const Outlook& o, Bytes target, Bytes grain, const Profile& p) {
  const double has = target.to_mib();
  const double to =
      idle_down_to(o.past, has, need_of(o, p, grain), o.trials.patience(), o.trials.depth(), costs(o, p));
  return to < has ? std::min(target, Bytes::of_mib(to).round_up(grain)) : target;
}

}  // namespace aerostat
