// Trials: the way a VM's memory is held is not set but found, for each VM. Every way (ways.h) is computed
// along the VM's need, and pays for idle memory, shortage, moves and changes. The recently cheapest way
// rules.
#pragma once

#include <array>
#include <cstddef>

#include "policy/ways.h"

namespace aerostat {

// What passed between two samples.
struct Step {
  double before = 0;     // MiB needed at the previous sample; Need::now is at this one …
  double dt = 0;         // … so many seconds later
  double ordered = 0;    // MiB that a growth brings above the room
  bool rested = false;   // idle memory is judged too
  bool may_find = true;  // off: the first way rules whatever it costs
};

class Trials {
 public:
  // All ways start with `level`, in MiB. Others must be cheaper than the first way by a share of `need`.
  void begin(double level, double need);
  // Every way goes through the step, pays for it and makes its own move. True if the ruling way moved.
  bool advance(const Past& past, const Need& need, const Step& step, const Costs& costs);

  const Way& way() const { return kWays[best_]; }

 private:
  std::array<float, kWays.size()> level_{};  // MiB that it would have given
  std::array<float, kWays.size()> cost_{};   // recent cost, in MiB s held idle
  std::size_t best_ = 0;
};

}  // namespace aerostat
