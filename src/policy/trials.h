// Trials: how patient to be with what lies idle, and how much of it to give back, is not set but found, per
// VM. Twelve trials, each a patience and a depth, are led on paper through what the VM needs; each pays for
// what it holds idle, lacks, moves and changes. The one that was cheapest of late rules.
#pragma once

#include <array>
#include <cstddef>

#include "policy/past.h"

namespace aerostat {

// How many times over a change must have paid for itself, by what lay idle, before it is made. At 1 no rule
// can lose more than twice what hindsight would (ski rental).
inline constexpr std::array<double, 4> kTrialPatience{0.5, 2, 8.4, 34};

// How much of what was needed of late above the present need is kept when idle memory goes back.
inline constexpr std::array<double, 3> kTrialDepths{0.08, 0.34, 0.6};

// What things cost, in MiB held idle for a second.
struct Costs {
  double missing = 0;  // a MiB, for a second
  double plugged = 0;  // a MiB
  double change = 0;   // of a target
};

// What a VM needs now, in MiB.
struct Need {
  double before = 0, now = 0;  // at the last sample and at this one, dt seconds later
  double dt = 0;
  double room = 0;  // kept free above it: with less it is grown
  double block = 1;
};

// The level that `level` MiB may go back to: the lowest of the past's for which what lay idle above it is
// worth `patience` times what giving it away and fetching it again costs. `level` itself if nothing is.
// Where little lies idle (kSureIdleShare, kLittleIdleShare) more than `depth` is kept. Never below need and
// room.
double idle_down_to(const Past& past, double level, const Need& need, double patience, double depth,
                    const Costs& costs);

// What a growth brings above need and room while need rises by `rise` MiB/s: a part of the economic order
// quantity. Bringing more at once means fewer changes and more that lies idle meanwhile; both cost the same
// at the square root of 2 x cost of a change x rate.
double order(double rise, double need, const Costs& costs);

class Trials {
 public:
  // All have `level`; the middle ones are believed in first, by a share of `need` that others must be cheaper
  // by.
  void begin(double level, double need);
  // Which of the two may be found; what may not stays in the middle.
  struct Choose {
    bool patience = true, depth = true;
  };
  // Every trial goes through the last dt, pays for it and makes its own move. `rested`: what lay idle is
  // judged too. `ordered`: what a growth brings above the room. True if the ruling trial moved.
  bool advance(const Past& past, const Need& need, double ordered, const Costs& costs, bool rested,
               Choose choose);

  double patience() const { return kTrialPatience[best_ / kTrialDepths.size()]; }
  double depth() const { return kTrialDepths[best_ % kTrialDepths.size()]; }

 private:
  static constexpr std::size_t kCount = kTrialPatience.size() * kTrialDepths.size();
  std::array<float, kCount> level_{};  // MiB it would have given
  std::array<float, kCount> cost_{};   // of late, in MiB s held idle
  std::size_t best_ = 0;
};

}  // namespace aerostat
