// NeedOf: what a machine needed at one row of its recording: what it would lose performance without. All that
// is in use but page cache (anonymous and shared memory, kernel), what was swapped out, and as much page
// cache as counts.
#pragma once

#include <optional>

#include "model/recording.h"

namespace aerostat::sim {

// Which page cache is needed: all of it, what was used more than once (active_file), or none. Kernel memory
// that could be given back (slab_reclaimable: names and inodes of files) goes with the first two.
enum class CacheCounts { All, Active, None };

struct NeedRow {
  double need_mib = 0;
  double cache_mib = 0;  // of it
};

// Nothing: the row says neither how much is used nor total and free or available.
std::optional<NeedRow> need_of(const recording::Row& row, CacheCounts counts);

}  // namespace aerostat::sim
