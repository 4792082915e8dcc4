// Figures of a run that was sampled, on real guests or in the lab. Both use the same code.
#pragma once

#include <vector>

#include "sim/score/meter.h"

namespace aerostat::fidelity {

// One look at one VM, MiB. Between two looks everything is linear.
struct Look {
  double at = 0;  // s
  double need = 0, assigned = 0, committed = 0;
  double said = 0;  // in use, by the guest's report; to examine a difference
};

// A level of need stands when it moves by no more than this for at least this long. Assigned memory has
// settled when it stays within this of its final size.
inline constexpr double kStandsMib = 4;
inline constexpr double kStandsFor = 2;
inline constexpr double kSettledMib = 16;

// Figures of one VM, or of several together.
struct Figures {
  sim::Totals totals;
  double settle_s = 0;  // sum over the levels …
  int levels = 0;       // … that need stood at

  void add(const Figures& other);
  double share(double part) const { return totals.need > 0 ? part / totals.need : 0; }
  double footprint() const { return share(totals.held); }
  double waste() const { return share(totals.waste); }
  double violation() const { return share(totals.missing); }
  double score() const;
  // Mean time from when need stands still to when memory does.
  double converge_s() const { return levels > 0 ? settle_s / levels : 0; }
};

// `looks` in order of time; those before `from` or after `to` do not count. Target changes are counted
// elsewhere.
Figures score(const std::vector<Look>& looks, double from, double to);

}  // namespace aerostat::fidelity
