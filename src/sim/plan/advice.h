// Advice: each VM's suggested minimum and maximum, from its past need, with the reasons. The minimum is what
// it nearly always needs: below it, the VM would be short whatever the host has. The maximum is its peak need
// with headroom for what was not seen.
#pragma once

#include <string>
#include <vector>

#include "sim/replay.h"

namespace aerostat::sim {

// The share of its time in which a VM may need less than its minimum.
inline constexpr double kBelowMinimum = 0.01;
// The lowest minimum suggested: kernel and services of any guest, and room for the agent to report.
inline constexpr double kLeastAdvisedMib = 256;

struct Advice {
  std::string vm{};
  double minimum_mib = 0, maximum_mib = 0;
  std::string why_minimum{}, why_maximum{};  // one sentence each
};

std::vector<Advice> advice_for(const Trace& trace, const ReplayOptions& options);

}  // namespace aerostat::sim
