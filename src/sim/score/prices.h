// Prices: how moves and unmet need are weighed against idle memory in a score.
#pragma once

namespace aerostat::sim {

// What a move costs, until measured for our own guests: holding what is plugged for 4 s, and a quarter of a
// GiB for a second per change (measures.md §1).
struct Prices {
  double plug_s = 4;
  double change_gib_s = 0.25;
};

// What a share of unmet need weighs against the same share of idle memory: at 0.2 % they weigh the same.
inline constexpr double kViolationPrice = 500;

}  // namespace aerostat::sim
