// A plan as JSON. A value that could not be determined is null, never 0. docs/guide/plan.md lists the fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/plan/advice.h"
#include "sim/plan/density.h"
#include "sim/report/json.h"

namespace aerostat::sim {

struct Plan {
  std::string policy;
  PlanLimits limits;
  SmallestHost host;
  std::optional<Density> density;  // only with a host
  std::vector<Advice> advice;
};

// Ends in a newline. run.host_memory_mib is 0 without a host.
std::string plan_json(const RunFacts& run, const Plan& plan);

}  // namespace aerostat::sim
