#include "policy/pace.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

Bytes shrink_step(const VmView& vm, Rule rule) {
  if (rule == Rule::ShareBuffers) return kBufferStep;
  if (rule == Rule::CutByWeight) return kCutStep;
  if (rule == Rule::Yield) return vm.target;  // idle memory that others wait for: all of it at once
  return std::max(kLeastIdleStep, vm.target.scaled(kIdleStepShare));
}

bool may_shrink(const VmView& vm, Rule rule) {
  const bool for_others = rule != Rule::ReturnIdle;
  const Duration after_grow = for_others ? kYieldAfterGrow : kShrinkAfterGrow;
  const Duration after_shrink = rule == Rule::Yield ? kYieldEvery : kShrinkEvery;
  if (vm.since_grow && *vm.since_grow < after_grow) return false;
  return !vm.since_shrink || *vm.since_shrink >= after_shrink;
}

}  // namespace aerostat
