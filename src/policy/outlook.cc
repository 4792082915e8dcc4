#include "policy/outlook.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr double kMibOfGib = 1024.0;
// A VM is known when this share of its assumed rise is left.
constexpr double kKnown = 0.05;
// One jump counts at most this many times the square of an error's jumps.
constexpr double kWildJump = 4;

double square(double x) { return x * x; }

// The recent rise towards `need`, in MiB/s.
double rise(const Outlook& o, double need) { return std::max(0.0, need - o.behind) / kRiseSeconds; }
// The part of the rise that neither wandering nor estimation error explains. The latest samples, not yet
// learned from, may be a hiccup and do not count.
double sure_rise(const Outlook& o) {
  static const double wanders = kSureRise * std::pow(kRiseSeconds, kHurst) / kRiseSeconds;
  return std::max(0.0, rise(o, o.learned) - wanders * std::sqrt(o.rough));
}

// The part of the rise that estimation error does not explain.
double likely_rise(const Outlook& o) { return std::max(0.0, rise(o, o.learned) - o.need * kNoRise); }

// Frequent changes cost more each, because each is work for guest and host.
Costs costs(const Outlook& o, const Profile& p) {
  const double hurry = 1 + kHurry * std::max(0.0, o.moves / kManyMoves - 1);
  return {p.short_price, p.plug_price, p.change_price * kMibOfGib * hurry};
}

// Always kept free. With a smaller share of its total, the VM would look saturated and grow at once.
double least_room(const Outlook& o, const Profile& p) {
  return std::max(p.floor_mib + p.floor_share * o.need, o.need * kSaturatedShare / (1 - kSaturatedShare));
}

// At rest a VM keeps this above its need, whatever was learned.
double comfort(const Outlook& o, const Profile& p) {
  return std::clamp(p.comfort_share * o.need, p.comfort_least_mib, p.comfort_most_mib);
}

// A rise is always extrapolated, because a guest that has run out can hardly take memory in.
void make_room(Outlook& o, const Profile& p, const Costs& prices) {
  const double wild = std::max(kLeastForecastCap.to_mib(), o.need * kForecastShare);
  const double ramp = std::max(sure_rise(o) * kRiseLead, likely_rise(o) * kRoughLead);
  const double bursts = p.with.ahead ? p.headroom_sigmas * o.sigma : 0;
  o.room = least_room(o, p) + std::min(std::max(bursts, ramp), wild);
  const double ordered = p.with.ahead ? order(rise(o, o.seen), o.need, prices) : 0;
  o.ordered = std::max(ordered, comfort(o, p) - o.room);
}

Need need_of(const Outlook& o, Bytes grain, const Profile& p) {
  const bool known = p.with.error && o.unknown == 0;
  const double errs = known ? std::min(1.0, o.jumps / square(kErrorJumps)) : 1;
  return {o.need, o.room, kEstimateError * errs * o.need, std::max(grain.to_mib(), 1.0)};
}

void begin(Outlook& o, const Seen& seen, double need, const Profile& p) {
  o = Outlook{};
  o.started = true;
  o.began = o.at = o.learned_at = seen.at;
  o.need = o.seen = o.learned = o.behind = need;
  // The VM is unknown yet and is assumed to move.
  o.sigma = o.unknown = need * kUnknownRise;
  o.past.begin(seen.at, need);
  make_room(o, p, costs(o, p));
  o.trials.begin(need + o.room, need);
}

// Changes since the VM was last learned from. Over 10 ms a hiccup of the guest looks like a burst.
void learn(Outlook& o, double need, TimePoint at) {
  const double dt = seconds(at - o.learned_at);
  if (dt < seconds(kLeastSampleGap)) return;
  const double change = need - o.learned;
  const double carried_on = rise(o, o.learned) * dt;
  o.learned = need;
  o.learned_at = at;
  const double spread = std::pow(dt, 2 * kHurst);
  const double scaled = square(change) / spread;
  const double keep = std::exp(-dt / kBurstMemory);
  o.burst = o.burst * keep + (change > 0 ? scaled * (1 - keep) : 0);
  o.rough = o.rough * keep + square(change - carried_on) / spread * (1 - keep);
  // One large jump is no error, and says little about the next.
  const double jump = std::min(scaled / square(std::max(need, 1.0)), kWildJump * square(kErrorJumps));
  // Over the whole life of a young VM.
  const double over = std::min(kErrorMemory, seconds(at - o.began));
  const double keep_jumps = std::exp(-dt / over);
  o.jumps = o.jumps * keep_jumps + jump * (1 - keep_jumps);
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
  // A guest with nothing left cannot show its need. It is offered more until it has some left.
  o.need = shown + (seen.saturated ? kSaturatedStep.to_mib() : 0);
  o.seen = shown;
  o.at = seen.at;
  const Costs prices = costs(o, p);
  make_room(o, p, prices);
  const Need need = need_of(o, seen.grain, p);
  if (need.low() > seen.assigned.to_mib()) o.short_at = seen.at;
  const Step step{before, dt, o.ordered, rested, p.with.trials};
  const bool moved = o.trials.advance(o.past, need, step, prices);
  o.moves = o.moves * std::exp(-dt / kMovesMemory) + (moved ? 3600 / kMovesMemory : 0);
}

bool rises(const Outlook& o) { return likely_rise(o) > 0; }

Bytes headroom(const Outlook& o) { return Bytes::of_mib(o.need - o.seen + o.room); }

Bytes growth(const Outlook& o) { return headroom(o) + Bytes::of_mib(o.ordered); }

Bytes rest_level(const Outlook& o, Bytes target, Bytes grain, const Profile& p) {
  const double has = target.to_mib();
  const double idle = idle_down_to(o.past, has, need_of(o, grain, p), o.trials.way(), costs(o, p));
  const double to = std::max(idle, o.need + std::max(o.room, comfort(o, p)));
  return to < has ? std::min(target, Bytes::of_mib(to)) : target;
}

}  // namespace aerostat
