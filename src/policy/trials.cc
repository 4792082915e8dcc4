#include "policy/trials.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

constexpr std::size_t kDepths = kTrialDepths.size();
// The first judgement of a VM nobody knows.
constexpr std::size_t kFirstPatience = 1;
constexpr std::size_t kFirstDepth = kDepths / 2;
constexpr std::size_t kFirst = kFirstPatience * kDepths + kFirstDepth;

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

double idle_down_to(const Past& past, double level, const Need& need, double patience, double depth,
                    const Costs& costs) {
  const double low = need.now + need.room;
  const double least = std::max(need.block, kLeastIdleShare * need.now);
  if (level - low < least) return level;  // whatever the past says
  const double dear = patience * 2 * costs.change;
  for (std::size_t i = 0; i < past.spans_known(); ++i) {
    // A saturated guest is taken to need more than it showed.
    const double above = std::max(0.0, past.most(i) - need.now);
    const double keeps = low + depth * above;
    // Spans grow and so does what was needed in them: nothing longer leaves more idle.
    if (level - keeps < least) break;
    // Seconds that a MiB of it counts for: it lay idle so long, less what plugging it again costs.
    const double counts = Past::kSpans[i] - patience * costs.plugged;
    if ((level - keeps) * counts < dear) continue;
    const auto idle_above = [&](double kept) { return level - in_blocks(kept, need.block); };
    double idle = idle_above(keeps);
    // So little may be how an estimate errs: then nearly all that was needed stays …
    if (idle < kSureIdleShare * need.now) idle = idle_above(low + std::max(depth, kUnsureDepth) * above);
    // … and what is less yet has to lie idle for long, above all of that and some more.
    if (idle < kLittleIdleShare * need.now) {
      if (Past::kSpans[i] < kLittleIdleSeconds) continue;
      idle = idle_above(low + above + kLittleMargin * need.now);
    }
    if (idle >= least && idle * counts >= dear) return level - idle;
  }
  return level;
}

double order(double rise, double need, const Costs& costs) {
  return std::min(kOrder * std::sqrt(2 * costs.change * std::max(0.0, rise)), need * kForecastShare);
}

void Trials::begin(double level, double need) {
  const auto away = [](std::size_t a, std::size_t b) { return static_cast<double>(a > b ? a - b : b - a); };
  for (std::size_t i = 0; i < kCount; ++i) {
    level_[i] = static_cast<float>(level);
    cost_[i] = static_cast<float>(kPrior * need *
                                  (away(i / kDepths, kFirstPatience) + away(i % kDepths, kFirstDepth)));
  }
  best_ = kFirst;
}

bool Trials::advance(const Past& past, const Need& need, double ordered, const Costs& costs, bool rested,
                     Choose choose) {
  const auto fade = static_cast<float>(std::exp(-need.dt / kTrialMemory));
  const double low = need.now + need.room;
  bool moved = false;
  std::size_t cheapest = best_;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double had = level_[i];
    double level = had;
    double cost = cost_of(level, need, costs);
    if (level < low) {
      level = in_blocks(low + ordered, need.block);
      cost += costs.plugged * (level - had) + costs.change;
    } else if (rested) {
      level = idle_down_to(past, level, need, kTrialPatience[i / kDepths], kTrialDepths[i % kDepths], costs);
      if (level < had) cost += costs.change;
    }
    moved = moved || (i == best_ && level != had);
    level_[i] = static_cast<float>(level);
    cost_[i] = cost_[i] * fade + static_cast<float>(cost);
    if (cost_[i] < cost_[cheapest]) cheapest = i;
  }
  const std::size_t patience = choose.patience ? cheapest / kDepths : kFirstPatience;
  const std::size_t depth = choose.depth ? cheapest % kDepths : kFirstDepth;
  best_ = patience * kDepths + depth;
  return moved;
}

}  // namespace aerostat
