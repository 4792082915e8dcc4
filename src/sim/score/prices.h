// Prices: the weights of moves and unmet need against idle memory in a score.
#pragma once

namespace aerostat::sim {

// The price of a move, until measured for our own guests: holding plugged memory for 4 s, and a quarter of a
// GiB for a second per change.
struct Prices {
  double plug_s = 4;
  double change_gib_s = 0.25;
};

// The weight of a share of unmet need against the same share of idle memory: at 0.2 % they weigh the same.
inline constexpr double kViolationPrice = 500;

}  // namespace aerostat::sim
