// The smallest host on which a policy keeps the limits, to one block, found by bisection: what it answers was
// replayed and holds, and one block less was replayed and does not. Beside it what a host would have to have
// without sharing (static), and with sharing by somebody who sees the future (ideal pooling).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/plan/limits.h"

namespace aerostat::sim {

struct SmallestHost {
  std::optional<Bytes> memory;  // none: the limits do not hold on any host
  Outcome at;                   // the replay on it; without it, the one on the largest host tried
  Bytes largest;                // the largest host tried
  std::string broken;           // what breaks one block below; without `memory`, on the largest host
  std::optional<Bytes> maxima;  // Σ of the VMs' maxima; none: not every VM has one
  Bytes own_peaks;              // Σ of what each VM needs at most, each rounded up to blocks
  Bytes together;               // the most that all need at one time
  std::uint64_t replays = 0;
};

// 0 to 1, and what is being done.
using PlanProgress = std::function<void(double done, const std::string& what)>;

// A VM's maximum by its settings or the trace; none: nobody gave one.
std::optional<Bytes> maximum_of(const VmTrace& vm, const ReplayOptions& options);

// options.host_memory is not used. A trace that can be scored, please (sim/report/figures.h).
SmallestHost smallest_host(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
                           const PlanLimits& limits, const PlanProgress& progress);

}  // namespace aerostat::sim
