#include "policy/ways.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

double in_blocks(double mib, double block) { return std::ceil(mib / block) * block; }

double idle_down_to(const Past& past, double level, const Need& need, const Way& way, const Costs& costs) {
  const double low = need.low(way) + kGiveMargin * need.now;
  const double worth = std::max(need.block, kLeastIdleShare * need.now);
  const double least = std::max(way.idle_mib, worth);
  if (level - low < least) return level;  // whatever the past says
  const double dear = way.patience * 2 * costs.change;
  for (std::size_t i = 0; i < past.spans_known(); ++i) {
    // A saturated guest is taken to need more than it showed.
    const double above = std::max(0.0, past.most(i) - need.now);
    const double keeps = low + way.depth * above;
    // Spans grow and so does what was needed in them: nothing longer leaves more idle.
    if (level - keeps < least) break;
    // Seconds that a MiB of it counts for: it lay idle so long, less what plugging it again costs.
    const double counts = Past::kSpans[i] - way.patience * costs.plugged;
    if ((level - keeps) * counts < dear) continue;
    const auto idle_above = [&](double kept) { return level - in_blocks(kept, need.block); };
    double idle = idle_above(keeps);
    // So little may be how an estimate errs: then nearly all that was needed stays …
    if (idle < kSureIdleShare * need.now) idle = idle_above(low + std::max(way.depth, kUnsureDepth) * above);
    // … and what is less yet has to lie idle for long, above all of that.
    if (idle < kLittleIdleShare * need.now) {
      if (Past::kSpans[i] < kLittleIdleSeconds) continue;
      idle = idle_above(low + above);
    }
    if (idle >= worth && idle * counts >= dear) return level - idle;
  }
  return level;
}

double order(double rise, double need, const Costs& costs) {
  return std::min(kOrder * std::sqrt(2 * costs.change * std::max(0.0, rise)), need * kForecastShare);
}

}  // namespace aerostat
