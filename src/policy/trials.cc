#include "policy/trials.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr std::size_t kStrides = kTrialStrides.size();
// The first judgement of a VM nobody knows.
constexpr std::size_t kFirstPatience = kTrialPatience.size() / 2;
constexpr std::size_t kFirstStride = kStrides / 2;
constexpr std::size_t kFirst = kFirstPatience * kStrides + kFirstStride;

double in_blocks(double mib, double block) { return std::ceil(mib / block) * block; }

// The integral of (value)+ over `dt` while it goes straight from v0 to v1.
double area_above(double v0, double v1, double dt) {
  if (v0 >= 0 && v1 >= 0) return (v0 + v1) / 2 * dt;
  if (v0 <= 0 && v1 <= 0) return 0;
  const double top = std::max(v0, v1);
  return top * top / (std::abs(v0) + std::abs(v1)) * dt / 2;
}

// What holding `level` through the last dt cost.
double cost_of(double level, const Need& need, const Costs& costs) {
  const double short0 = need.before - level;
  const double short1 = need.now - level;
  const double idle = area_above(-short0, -short1, need.dt);
  if (short1 <= 0) return idle;
  // What is missing at a sample stays missing until memory has come.
  return idle + costs.missing * (area_above(short0, short1, need.dt) + short1 * kShortStays);
}

}  // namespace

double idle_down_to(const Past& past, double level, const Need& need, double patience, const Stride& stride,
                    const Costs& costs) {
  for (std::size_t i = 0; i < past.spans_known(); ++i) {
    const double kept = stride.keep * (past.most(i) - need.now);
    const double to = in_blocks(need.now + kept + need.room, need.block);
    const double idle = level - to;
    if (idle < std::max(need.block, kLeastIdleShare * need.now)) continue;
    if (idle * Past::kSpans[i] >= patience * (2 * costs.change + costs.plugged * idle)) return to;
  }
  return level;
}

double order(const Stride& stride, double rise, double need, const Costs& costs) {
  return std::min(stride.order * std::sqrt(2 * costs.change * std::max(0.0, rise)), need * kForecastShare);
}

void Trials::begin(double level, double need) {
  const auto away = [](std::size_t a, std::size_t b) { return static_cast<double>(a > b ? a - b : b - a); };
  for (std::size_t i = 0; i < kCount; ++i) {
    level_[i] = static_cast<float>(level);
    cost_[i] = static_cast<float>(kPrior * need *
                                  (away(i / kStrides, kFirstPatience) + away(i % kStrides, kFirstStride)));
  }
  best_ = kFirst;
}

bool Trials::advance(const Past& past, const Need& need, double rise, const Costs& costs, bool rested,
                     Choose choose) {
  const auto fade = static_cast<float>(std::exp(-need.dt / kTrialMemory));
  const double low = need.now + need.room;
  bool moved = false;
  std::size_t cheapest = best_;
  for (std::size_t i = 0; i < kCount; ++i) {
    const Stride& stride = kTrialStrides[i % kStrides];
    const double had = level_[i];
    double level = had;
    double cost = cost_of(level, need, costs);
    if (level < low) {
      level = in_blocks(low + order(stride, rise, need.now, costs), need.block);
      cost += costs.plugged * (level - had) + costs.change;
    } else if (rested) {
      level = idle_down_to(past, level, need, kTrialPatience[i / kStrides], stride, costs);
      if (level < had) cost += costs.change;
    }
    moved = moved || (i == best_ && level != had);
    level_[i] = static_cast<float>(level);
    cost_[i] = cost_[i] * fade + static_cast<float>(cost);
    if (cost_[i] < cost_[cheapest]) cheapest = i;
  }
  const std::size_t patience = choose.patience ? cheapest / kStrides : kFirstPatience;
  const std::size_t stride = choose.stride ? cheapest % kStrides : kFirstStride;
  best_ = patience * kStrides + stride;
  return moved;
}

}  // namespace aerostat
