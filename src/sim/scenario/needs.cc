#include "sim/scenario/needs.h"

#include <algorithm>

#include "base/check.h"

namespace aerostat::sim {

namespace {

// A change without duration takes effect at once.
constexpr double kAtOnce = 0.02;

}  // namespace

ScenarioNeeds::ScenarioNeeds(const Scenario& scenario) {
  using Kind = ScenarioStep::Kind;
  for (const ScenarioVm& vm : scenario.vms) {
    Row now{0, static_cast<float>(vm.needs_mib), static_cast<float>(vm.cache_mib)};
    const auto add = [&] {
      const auto added = trace_.add(vm.name, now, 0);
      AEROSTAT_CHECK(added.has_value(), "steps stand in the order of time");
    };
    // A VM that starts later begins its own story then.
    for (const ScenarioStep& step : scenario.steps) {
      if (step.vm == vm.name && step.kind == Kind::Start) now.time_s = step.at;
    }
    add();
    for (const ScenarioStep& step : scenario.steps) {
      if (step.vm != vm.name || step.kind != Kind::Needs) continue;
      now.time_s = std::max(now.time_s, step.at);
      add();
      now.time_s += std::max(step.over_s, kAtOnce);
      now.need_mib = static_cast<float>(step.needs_mib);
      now.cache_mib = static_cast<float>(step.cache_mib);
      add();
    }
    now.time_s = std::max(now.time_s, scenario.runs_s) + 1;
    add();
  }
}

NeedCurve ScenarioNeeds::curve(const std::string& name) const {
  const auto& vms = trace_.vms();
  const auto at = std::find_if(vms.begin(), vms.end(), [&](const VmTrace& vm) { return vm.name == name; });
  AEROSTAT_CHECK(at != vms.end(), "every VM of a scenario has needs");
  return {trace_, static_cast<std::size_t>(at - vms.begin()), Texture::Linear, 1};
}

}  // namespace aerostat::sim
