// Density: how many VMs like those of a trace fit on one host. A fleet repeats the VMs in turn. Each starts
// at a random moment of its own history and repeats it until the longest has run once. The same seed gives
// the same fleet, and a smaller fleet is the beginning of a larger one. VMs are admitted one by one while the
// limits hold.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/plan/smallest_host.h"

namespace aerostat::sim {

// The largest number of VMs that is tried.
inline constexpr std::size_t kMostVms = 1000;

struct Fit {
  std::uint64_t seed = 0;
  std::size_t policy = 0;     // VMs that the policy hosts within the limits
  std::size_t own_peaks = 0;  // if each gets its peak need, known in advance
  std::size_t pooled = 0;     // if the sum of needs fits at every time
};

struct Density {
  std::optional<std::size_t> maxima;  // if each gets its maximum; none: not every VM has one
  std::vector<Fit> fits;              // one for each seed
  Fit median;                         // of each figure separately; its seed has no meaning
};

// A fleet of the first `count` VMs, and the options that go with it: settings under the VMs' new names.
struct Fleet {
  Trace trace;
  ReplayOptions options;
};
Fleet fleet_of(const Trace& trace, const ReplayOptions& options, std::size_t count, std::uint64_t seed);

// On options.host_memory, with seeds from options.seed on.
Density density(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
                const PlanLimits& limits, std::size_t seeds, const PlanProgress& progress);

}  // namespace aerostat::sim
