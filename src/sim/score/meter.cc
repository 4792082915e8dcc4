#include "sim/score/meter.h"

namespace aerostat::sim {

void Totals::add(const Totals& o) {
  seconds += o.seconds;
  need += o.need;
  waste += o.waste;
  missing += o.missing;
  held += o.held;
  assigned += o.assigned;
  short_s += o.short_s;
  felt_s += o.felt_s;
  near_empty_s += o.near_empty_s;
  worst_mib = std::max(worst_mib, o.worst_mib);
  longest_s = std::max(longest_s, o.longest_s);
  plugged += o.plugged;
  changes += o.changes;
  reversals += o.reversals;
  shortfall += o.shortfall;
}

void Meter::add(double at, const Stretch& s) {
  if (!scoring_ || s.dt <= 0) return;
  Totals& t = totals_;
  const double need = (s.need0 + s.need1) / 2 * s.dt;
  const double spare = positive_area(s.held0 - s.need0, s.held1 - s.need1, s.dt);
  t.seconds += s.dt;
  t.need += need;
  t.waste += spare;
  t.held += need + spare;
  t.assigned += (s.got0 + s.got1) / 2 * s.dt;
  const auto hour = static_cast<std::size_t>(std::max(0.0, at) / 3600);
  if (hours_.size() <= hour) hours_.resize(hour + 1);
  hours_[hour].need += need;
  const double d0 = s.need0 - s.got0;
  const double d1 = s.need1 - s.got1;
  const double f0 = d0 - felt_above(s.need0);
  const double f1 = d1 - felt_above(s.need1);
  if (d0 > 0 || d1 > 0) {
    const double missing = positive_area(d0, d1, s.dt);
    t.missing += missing;
    hours_[hour].missing += missing;
    t.short_s += positive_time(d0, d1, s.dt);
    t.worst_mib = std::max({t.worst_mib, d0, d1});
  }
  t.near_empty_s += positive_time(d0 + nearly_empty_below(s.got0) - s.cache,
                                  d1 + nearly_empty_below(s.got1) - s.cache, s.dt);
  const double felt = positive_time(f0, f1, s.dt);
  t.felt_s += felt;
  if (f0 > 0 && f1 > 0) {
    episode_ += s.dt;
  } else if (f0 > 0) {  // ends here
    t.longest_s = std::max(t.longest_s, episode_ + felt);
    episode_ = 0;
  } else {
    episode_ = felt;
  }
  t.longest_s = std::max(t.longest_s, episode_);
}

void Meter::changed(bool up) {
  const int way = up ? 1 : -1;
  if (scoring_) {
    totals_.changes += 1;
    if (last_way_ != 0 && way != last_way_) totals_.reversals += 1;
  }
  last_way_ = way;
}

}  // namespace aerostat::sim
