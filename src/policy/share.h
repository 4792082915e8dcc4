// Weighted max-min sharing: everyone gets at least `least` and at most `most`. Between these, amounts grow in
// proportion to weight until the pool is used up.
#pragma once

#include <span>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

struct Claim {
  Bytes least;
  Bytes most;     // >= least
  double weight;  // >= 0; 0 counts as the smallest weight
};

// One amount for each claim. If the leasts alone exceed the pool, everyone gets its least. The sum never
// exceeds max(pool, sum of leasts).
std::vector<Bytes> share_out(Bytes pool, std::span<const Claim> claims);

}  // namespace aerostat
