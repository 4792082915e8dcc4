// Steps: the history of a daemon as a trace. A VM's need is the highest of each step, and straight lines join
// the steps. A step without a number is left out; numbers that no VM can have are, too.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "sim/trace/trace.h"

namespace aerostat::sim {

// Adds a VM's rows. `times` in seconds; `bytes`, one for each of them; `from` becomes 0 s.
Result<void> add_steps(Trace& trace, std::string_view vm, const std::vector<std::int64_t>& times,
                       const std::vector<std::optional<double>>& bytes, std::int64_t from);

// The refusal of a history in which no VM's need is known.
Error no_need_known();

}  // namespace aerostat::sim
