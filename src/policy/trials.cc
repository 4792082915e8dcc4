#include "policy/trials.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

// The integral of (value)+ over `dt` while it changes linearly from v0 to v1.
double area_above(double v0, double v1, double dt) {
  if (v0 >= 0 && v1 >= 0) return (v0 + v1) / 2 * dt;
  if (v0 <= 0 && v1 <= 0) return 0;
  const double top = std::max(v0, v1);
  return top * top / (std::abs(v0) + std::abs(v1)) * dt / 2;
}

// The cost of holding `level` through the step.
double cost_of(double level, double now, const Step& step, const Costs& costs) {
  const double short0 = step.before - level;
  const double short1 = now - level;
  const double idle = area_above(-short0, -short1, step.dt);
  if (short1 <= 0) return idle;
  // A shortage at a sample lasts until memory has arrived.
  return idle + costs.missing * (area_above(short0, short1, step.dt) + short1 * kShortStays);
}

}  // namespace

void Trials::begin(double level, double need) {
  level_.fill(static_cast<float>(level));
  cost_.fill(static_cast<float>(kPrior * need));
  cost_.front() = 0;
  best_ = 0;
}

bool Trials::advance(const Past& past, const Need& need, const Step& step, const Costs& costs) {
  const auto fade = static_cast<float>(std::exp(-step.dt / kTrialMemory));
  bool moved = false;
  for (std::size_t i = 0; i < kWays.size(); ++i) {
    const Way& way = kWays[i];
    const double had = level_[i];
    double level = had;
    double cost = cost_of(level, need.now, step, costs);
    if (level < need.low()) {
      level = in_blocks(need.low() + step.ordered, need.block);
      cost += costs.plugged * (level - had) + costs.change;
    } else if (step.rested) {
      level = idle_down_to(past, level, need, way, costs);
      if (level < had) cost += costs.change;
    }
    moved = moved || (i == best_ && level != had);
    level_[i] = static_cast<float>(level);
    cost_[i] = cost_[i] * fade + static_cast<float>(cost);
  }
  // When all have paid for the step, not before.
  for (std::size_t i = 0; step.may_find && i < kWays.size(); ++i) {
    if (cost_[i] < cost_[best_]) best_ = i;
  }
  return moved;
}

}  // namespace aerostat
