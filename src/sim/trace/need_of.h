// NeedOf: a machine's need at one row of its recording: the memory without which it would lose performance.
// That is used memory without page cache (anonymous and shared memory, kernel), swapped memory, and the page
// cache that counts.
#pragma once

#include <optional>

#include "model/recording.h"

namespace aerostat::sim {

// The page cache that is needed: all of it, cache used more than once (active_file), or none. Reclaimable
// kernel memory (slab_reclaimable: names and inodes of files) goes with the first two.
enum class CacheCounts { All, Active, None };

struct NeedRow {
  double need_mib = 0;
  double cache_mib = 0;  // of it
};

// Nothing: the row shows neither used memory nor total and free or available memory.
std::optional<NeedRow> need_of(const recording::Row& row, CacheCounts counts);

}  // namespace aerostat::sim
