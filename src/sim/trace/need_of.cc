#include "sim/trace/need_of.h"

#include <algorithm>

namespace aerostat::sim {

std::optional<NeedRow> need_of(const recording::Row& row, CacheCounts counts) {
  const auto kib = [](const recording::Number& number) { return static_cast<double>(number.value_or(0)); };
  double used = 0;
  double cache = kib(row.active_file) + kib(row.inactive_file) + kib(row.slab_reclaimable);
  if (row.used) {
    used = kib(row.used);
  } else if (row.total && row.free) {
    used = std::max(0.0, kib(row.total) - kib(row.free));
  } else if (row.total && row.available) {
    used = std::max(0.0, kib(row.total) - kib(row.available)) + cache;
  } else {
    return {};
  }
  // The parts are not read at the same moment as the whole.
  cache = std::min(cache, used);
  const double fixed = used - cache + kib(row.swap_used);
  double counted = 0;
  if (counts == CacheCounts::All) counted = cache;
  if (counts == CacheCounts::Active)
    counted = std::min(cache, kib(row.active_file) + kib(row.slab_reclaimable));
  return NeedRow{(fixed + counted) / 1024, counted / 1024};
}

}  // namespace aerostat::sim
