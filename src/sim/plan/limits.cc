#include "sim/plan/limits.h"

#include <fmt/format.h>

namespace aerostat::sim {

namespace {

std::string above(std::string_view what, double share, double limit) {
  return fmt::format("{} is {:.3g} %, the limit {:.3g} %", what, share * 100, limit * 100);
}

}  // namespace

std::string broken_limit(const Outcome& o, const PlanLimits& limits) {
  if (o.law_violations > 0) return fmt::format("a law was broken {} times", o.law_violations);
  if (o.violation() > limits.violation)
    return above("unmet need of all VMs", o.violation(), limits.violation);
  for (const VmOutcome& vm : o.vms) {
    const double v = vm.totals.need > 0 ? vm.totals.missing / vm.totals.need : 0;
    if (v > kWorstVmTimes * limits.violation)
      return above("unmet need of VM '" + vm.name + "'", v, kWorstVmTimes * limits.violation);
  }
  if (o.worst_hour > kWorstHourTimes * limits.violation)
    return above("unmet need of the worst hour", o.worst_hour, kWorstHourTimes * limits.violation);
  if (o.sum.longest_s > limits.episode_s) {
    return fmt::format("a guest feels a deficit for {:.2f} s without a break, the limit is {:g} s",
                       o.sum.longest_s, limits.episode_s);
  }
  return {};
}

}  // namespace aerostat::sim
