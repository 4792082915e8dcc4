// Stats: means of scores with their 95 % intervals, over seeds. Scores are ratios, so their logarithms are
// averaged.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace aerostat::bench {

struct Mean {
  double value = 0;          // geometric mean
  double low = 0, high = 0;  // 95 % interval (Student's t)
};
// Values at or below 0 count as 0.001: a policy that is perfect on one trace must not outweigh all others.
Mean geometric(std::span<const double> values);

// Ratios of value to other, pair by pair: both of the same trace and seed.
Mean paired(std::span<const double> values, std::span<const double> others);

std::string text(const Mean& mean);  // "0.184 [0.176, 0.192]"

}  // namespace aerostat::bench
