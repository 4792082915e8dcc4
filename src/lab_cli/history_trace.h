// A trace out of this host's own history: what each VM needed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"
#include "sim/trace/trace.h"

namespace aerostat {

// Asks the daemon. `since`: as of `aerostat history`.
Result<sim::Trace> history_trace(const std::string& socket, const std::string& since);

// The answer of /v1/history?each=demand_peak_bytes as a trace from 0 s on. Refuses one without VMs. A VM's
// need is the highest of each step, and straight lines join the steps.
Result<sim::Trace> trace_of_history(const nlohmann::ordered_json& table);

}  // namespace aerostat
