#include "policy/wants.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

Bytes least_of(const VmView& vm) {
  return std::clamp(vm.learned_floor, vm.limits.minimum, vm.limits.maximum);
}

Bytes with_headroom(const VmView& vm, Bytes headroom) {
  if (!vm.demand) return std::clamp(vm.target, vm.limits.minimum, vm.limits.maximum);
  return std::clamp(*vm.demand + headroom, least_of(vm), vm.limits.maximum);
}

}  // namespace

Bytes buffer_for(Bytes demand, const Limits& limits) {
  return std::max(demand.scaled(limits.buffer_percent / 100.0), kLeastHeadroom);
}

Bytes wanted(const VmView& vm) {
  return with_headroom(vm, buffer_for(vm.demand.value_or(Bytes{}), vm.limits) + vm.forecast);
}

Bytes low_line(const VmView& vm) {
  return with_headroom(vm,
                       buffer_for(vm.demand.value_or(Bytes{}), vm.limits).scaled(kLowShare) + vm.forecast);
}

Bytes low_mark(const VmView& vm) {
  // Solves available = 0.8 x buffer(assigned - available) for available.
  const double share = kLowShare * vm.limits.buffer_percent / 100.0;
  const Bytes at_share = vm.assigned.scaled(share / (1 + share));
  return std::max(at_share, kLeastHeadroom.scaled(kLowShare));
}

Bytes needed(const VmView& vm) {
  if (!vm.demand) return std::clamp(vm.target, vm.limits.minimum, vm.limits.maximum);
  return std::clamp(*vm.demand + kSlack + vm.forecast, vm.limits.minimum, vm.limits.maximum);
}

}  // namespace aerostat
