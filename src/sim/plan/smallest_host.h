// The smallest host on which a policy keeps the limits, to one block, found by bisection. The answer was
// replayed and holds; one block less was replayed and does not. For comparison: the host without sharing
// (static), and with sharing by someone who sees the future (ideal pooling).
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "sim/plan/limits.h"

namespace aerostat::sim {

struct SmallestHost {
  std::optional<Bytes> memory;  // none: the limits hold on no host
  Outcome at;                   // the replay on it, or on the largest host tried
  Bytes largest;                // the largest host tried
  std::string broken;           // what breaks one block below; without `memory`, on the largest host
  std::optional<Bytes> maxima;  // Σ of the VMs' maxima; none: not every VM has one
  Bytes own_peaks;              // Σ of the VMs' peak needs, each rounded up to blocks
  Bytes together;               // the peak of the joint need
  std::uint64_t replays = 0;
};

// 0 to 1, and a description of the current step.
using PlanProgress = std::function<void(double done, const std::string& what)>;

// A VM's maximum by its settings or the trace; none: not given.
std::optional<Bytes> maximum_of(const VmTrace& vm, const ReplayOptions& options);

// Ignores options.host_memory. Requires a trace that can be scored (sim/report/figures.h).
SmallestHost smallest_host(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
                           const PlanLimits& limits, const PlanProgress& progress);

}  // namespace aerostat::sim
