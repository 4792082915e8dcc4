// Search: finds values of named constants with the least cost, by trying. A third of the tries cover the
// whole range. The rest descend from the best: one constant at a time, then all a little, in ever finer
// steps. Values have two significant digits; more would be noise. The same seed and cost give the same
// result. It promises no optimum, only the best value it saw, and never one worse than the start.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "research/tunable.h"

namespace aerostat::sim {

struct SearchOptions {
  std::uint64_t seed = 1;
  std::size_t tries = 300;
};

struct Found {
  std::vector<Constant> constants;  // with the best values
  double cost = 0;
  double cost_at_start = 0;
  std::size_t tried = 0;
};

// Starts from the constants' own values.
Found search(const std::vector<Constant>& constants,
             const std::function<double(const std::vector<double>&)>& cost, const SearchOptions& options);

}  // namespace aerostat::sim
