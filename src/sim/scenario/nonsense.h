// Nonsense: plans that no policy should make. Scenarios show with them that the guards hold whatever is
// planned.
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "model/views.h"
#include "model/wish.h"

namespace aerostat::sim {

using Planner = std::function<std::vector<Wish>(const HostView&)>;

// "greedy" gives every VM more than its maximum, "miser" takes everything from every VM, "flighty" does both
// in turn.
std::optional<Planner> nonsense(std::string_view name);

}  // namespace aerostat::sim
