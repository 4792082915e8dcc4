// Weighted max-min sharing: everybody gets at least `least`, nobody more than `most`, and between those the
// amounts grow in proportion to weight until the pool is used up.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

struct Claim {
  Bytes least;
  Bytes most;     // >= least
  double weight;  // >= 0; 0 counts as the smallest weight there is
};

// One amount per claim. If the leasts alone exceed the pool, everybody gets its least.
// The sum never exceeds max(pool, sum of leasts).
std::vector<Bytes> share_out(Bytes pool, std::span<const Claim> claims);

}  // namespace aerostat
