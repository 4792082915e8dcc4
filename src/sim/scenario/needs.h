// ScenarioNeeds: the need of a scenario's VMs over time, made from its steps, as the curves that the lab's
// VMs follow.
#pragma once

#include "sim/scenario/scenario.h"
#include "sim/trace/need_curve.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {

class ScenarioNeeds {
 public:
  explicit ScenarioNeeds(const Scenario& scenario);
  // Must not outlive this.
  NeedCurve curve(const std::string& vm) const;

 private:
  Trace trace_;
};

}  // namespace aerostat::sim
