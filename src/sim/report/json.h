// The figures as JSON: {"trace", "host_memory_mib", "policies": [{"policy", …}]}. Every number is finite;
// ratios are plain fractions.
#pragma once

#include <span>
#include <string>

#include "sim/report/figures.h"

namespace aerostat::sim {

// What all policies of a run have in common.
struct RunFacts {
  std::string trace;  // files, separated by ", "
  double host_memory_mib = 0;
  Texture texture = Texture::Linear;  // as used
  std::uint64_t seed = 1;
};

// Ends in a newline.
std::string figures_json(const RunFacts& run, std::span<const Figures> policies);

}  // namespace aerostat::sim
