#include "policy/ways.h"

#include <algorithm>
#include <cmath>

#include "policy/tuning.h"

namespace aerostat {

namespace {

// Over this span of the past an erring estimate has been as far off as it usually is.
constexpr std::size_t kErrorSpan = 14;
static_assert(Past::kSpans[kErrorSpan] == 64);

}  // namespace

double in_blocks(double mib, double block) { return std::ceil(mib / block) * block; }

double idle_down_to(const Past& past, double level, const Need& need, const Way& way, const Costs& costs) {
  if (past.spans_known() == 0) return level;
  const double wanders = std::max(0.0, past.most(std::min(kErrorSpan, past.spans_known() - 1)) - need.now);
  const double low = need.low() + kErrorKept * need.error + std::min(wanders, kErrorMost * need.error);
  const double worth = std::max({need.block, kErrorIdle * need.error, kEstimateError * need.now});
  const double least = std::max(way.idle_mib, worth);
  if (level - low < least) return level;  // whatever the past says
  const double dear = way.patience * 2 * costs.change;
  for (std::size_t i = 0; i < past.spans_known(); ++i) {
    // A saturated guest is assumed to need more than it showed.
    const double above = std::max(0.0, past.most(i) - need.now);
    const double keeps = low + way.depth * above;
    // Spans grow, and so does the need in them: no longer span leaves more idle.
    if (level - keeps < least) break;
    // Seconds that a MiB of it counts for: its idle time, less the cost of plugging it again.
    const double counts = Past::kSpans[i] - way.patience * costs.plugged;
    if ((level - keeps) * counts < dear) continue;
    const auto idle_above = [&](double kept) { return level - in_blocks(kept, need.block); };
    double idle = idle_above(keeps);
    // This little may be estimation error: then nearly all of the recent need stays.
    if (idle < kErrorSure * need.error) idle = idle_above(low + std::max(way.depth, kUnsureDepth) * above);
    if (idle >= worth && idle * counts >= dear) return level - idle;
  }
  return level;
}

double order(double rise, double need, const Costs& costs) {
  return std::min(kOrder * std::sqrt(2 * costs.change * std::max(0.0, rise)), need * kForecastShare);
}

}  // namespace aerostat
