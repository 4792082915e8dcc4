// Trials: how a VM's memory is held is not set but found, per VM. Every way (ways.h) is led on paper through
// what the VM needs; each pays for what it holds idle, lacks, moves and changes. The one that was cheapest of
// late rules.
#pragma once

#include <array>
#include <cstddef>

#include "policy/ways.h"

namespace aerostat {

// What passed between two samples.
struct Step {
  double before = 0;     // MiB needed at the last; Need::now at this one, …
  double dt = 0;         // … so many seconds later
  double ordered = 0;    // MiB that a growth brings above the room
  bool rested = false;   // what lies idle is judged too
  bool may_find = true;  // off: the first way rules whatever it costs
};

class Trials {
 public:
  // All have `level`, in MiB; the first way is believed in by a share of `need` that others must be cheaper
  // by.
  void begin(double level, double need);
  // Every way goes through the step, pays for it and makes its own move. True if the ruling one moved.
  bool advance(const Past& past, const Need& need, const Step& step, const Costs& costs);

  const Way& way() const { return kWays[best_]; }

 private:
  std::array<float, kWays.size()> level_{};  // MiB it would have given
  std::array<float, kWays.size()> cost_{};   // of late, in MiB s held idle
  std::size_t best_ = 0;
};

}  // namespace aerostat
