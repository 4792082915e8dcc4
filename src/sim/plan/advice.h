// Advice: what each VM's minimum and maximum should be by what it was seen to need, each with its reason. The
// minimum is what it needs nearly always: below it, it would be short whatever the host has. The maximum is
// the most it needed with headroom for what was not seen.
#pragma once

#include <string>
#include <vector>

#include "sim/replay.h"

namespace aerostat::sim {

// Of its time a VM may need less than its minimum for this part.
inline constexpr double kBelowMinimum = 0.01;
// No VM is advised to go below this: kernel and services of any guest, and room for the agent to be heard.
inline constexpr double kLeastAdvisedMib = 256;

struct Advice {
  std::string vm{};
  double minimum_mib = 0, maximum_mib = 0;
  std::string why_minimum{}, why_maximum{};  // one sentence each
};

std::vector<Advice> advice_for(const Trace& trace, const ReplayOptions& options);

}  // namespace aerostat::sim
