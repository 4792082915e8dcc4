#include "sim/trace/thin.h"

#include <algorithm>
#include <limits>

namespace aerostat::sim {

namespace {
constexpr double kAny = std::numeric_limits<double>::infinity();
}

// False if the line to this row misses a row before it. Otherwise later lines must pass this row too.
bool Thin::Slopes::narrow(double rise, double dt, double tolerance) {
  const double straight = rise / dt;
  if (straight < least || straight > most) return false;
  least = std::max(least, (rise - tolerance) / dt);
  most = std::min(most, (rise + tolerance) / dt);
  return true;
}

void Thin::keep(const TraceRow& row) {
  keep_(row);
  kept_ = row;
  last_.reset();
  need_ = cache_ = {-kAny, kAny};
}

void Thin::add(const TraceRow& row) {
  if (!kept_) return keep(row);
  const TraceRow before = last_.value_or(*kept_);
  const bool apart = row.time_s - before.time_s > gap_ || row.time_s <= before.time_s;
  if (tolerance_ < 0 || apart) {
    if (last_) keep(*last_);
    return keep(row);
  }
  for (int once = 0; once < 2; ++once) {
    const double dt = row.time_s - kept_->time_s;
    Slopes need = need_;
    Slopes cache = cache_;
    if (need.narrow(row.need_mib - kept_->need_mib, dt, tolerance_) &&
        cache.narrow(row.cache_mib - kept_->cache_mib, dt, tolerance_)) {
      need_ = need;
      cache_ = cache;
      last_ = row;
      return;
    }
    keep(*last_);  // a line of two rows misses none, so there was one
  }
}

void Thin::finish() {
  if (last_) keep(*last_);
}

}  // namespace aerostat::sim
