#include "score.h"

#include <algorithm>
#include <cmath>

#include "sim/replay.h"

namespace aerostat::fidelity {

namespace {

// Adds how long memory went on moving after need stood still, for each time that it stood.
void add_levels(const std::vector<Look>& looks, Figures& out) {
  for (std::size_t first = 0; first < looks.size();) {
    std::size_t end = first;  // one after the last of this level
    double least = looks[first].need;
    double most = least;
    for (; end < looks.size(); ++end) {
      least = std::min(least, looks[end].need);
      most = std::max(most, looks[end].need);
      if (most - least > kStandsMib) break;
    }
    if (looks[end - 1].at - looks[first].at < kStandsFor) {
      ++first;
      continue;
    }
    const double at_last = looks[end - 1].assigned;
    double settled = looks[first].at;
    for (std::size_t i = first; i < end; ++i)
      if (std::abs(looks[i].assigned - at_last) > kSettledMib) settled = looks[i].at;
    out.settle_s += settled - looks[first].at;
    ++out.levels;
    first = end;
  }
}

}  // namespace

void Figures::add(const Figures& o) {
  totals.add(o.totals);
  settle_s += o.settle_s;
  levels += o.levels;
}

double Figures::score() const {
  const sim::Prices prices;
  return waste() + sim::kViolationPrice * violation() +
         share(prices.plug_s * totals.plugged + prices.change_gib_s * 1024 * totals.changes);
}

Figures score(const std::vector<Look>& looks, double from, double to) {
  std::vector<Look> counted;
  std::copy_if(looks.begin(), looks.end(), std::back_inserter(counted),
               [&](const Look& look) { return look.at >= from && look.at <= to; });
  sim::Meter meter;
  meter.begin();
  for (std::size_t i = 1; i < counted.size(); ++i) {
    const Look& a = counted[i - 1];
    const Look& b = counted[i];
    meter.add(b.at, {b.at - a.at, a.need, b.need, a.assigned, b.assigned, a.committed, b.committed});
    meter.plugged(std::max(0.0, b.assigned - a.assigned));
  }
  Figures out;
  out.totals = meter.totals();
  add_levels(counted, out);
  return out;
}

}  // namespace aerostat::fidelity
