#include "policy/pace.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

Bytes shrink_step(const VmView& vm, Rule rule) {
  if (rule == Rule::ShareBuffers) return kBufferStep;
  if (rule == Rule::CutByWeight) return kCutStep;
  return vm.target;  // idle: all of it at once
}

bool may_shrink(const VmView& vm, Rule rule) {
  const Duration after_shrink = rule == Rule::Yield ? kYieldEvery : kShrinkEvery;
  if (vm.since_grow && *vm.since_grow < kYieldAfterGrow) return false;
  return !vm.since_shrink || *vm.since_shrink >= after_shrink;
}

}  // namespace aerostat
