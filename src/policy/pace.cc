#include "policy/pace.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

// What it never touched it does not use, whatever it says.
Bytes in_use(const VmView& vm) {
  return std::min(vm.demand.value_or(vm.target), vm.touched.value_or(vm.target));
}

}  // namespace

Bytes shrink_step(const VmView& vm, Rule rule) {
  // What the guest does not use goes at once, what it uses only as fast as it can page.
  if (rule == Rule::CutByWeight) return std::max(kCutStep, vm.target - in_use(vm));
  if (rule != Rule::ReturnIdle) return vm.target;  // idle, and others wait for it: all at once
  // Nobody waits: free memory goes at once; of page cache a little, so that the guest can show that it misses
  // it before much is gone, and while it does not, as much again as was taken already.
  return std::max(Bytes{}, vm.target - vm.filled) + std::max(kCacheStep, vm.cold_cache);
}

std::optional<Bytes> shown_to_spare(const VmView& vm, Rule rule) {
  if (!vm.available) return std::nullopt;
  const bool shared = rule == Rule::ShareBuffers;
  const Bytes keep = rule == Rule::CutByWeight ? kSlack
                     : shared                  ? std::min(vm.headroom, kSlack)
                                               : vm.headroom;
  const Bytes leaving = std::max(Bytes{}, vm.assigned - vm.target);
  const Bytes pages_out = rule == Rule::CutByWeight ? vm.swap_free : Bytes{};
  const Bytes shown = std::min(*vm.available + pages_out - leaving - keep, vm.target.scaled(0.5));
  // What it never touched is to spare, whatever it shows.
  const Bytes untouched = vm.touched ? vm.target - *vm.touched : Bytes{};
  return std::max(shown, untouched);
}

bool may_shrink(const VmView& vm, Rule rule) {
  const bool idle = rule != Rule::CutByWeight || vm.target - in_use(vm) > kCutStep;
  // Who paged out what was asked for can page out more.
  const bool gone = vm.assigned - vm.target < vm.grain;
  const Duration after_shrink = (idle || gone) && rule != Rule::ReturnIdle ? kYieldEvery : kShrinkEvery;
  if (vm.since_grow && *vm.since_grow < kYieldAfterGrow) return false;
  // What cache is on its way out may yet be missed.
  const bool cache_leaves = vm.target < vm.filled && vm.assigned - vm.target >= vm.grain;
  if (rule == Rule::ReturnIdle && cache_leaves) return false;
  return !vm.since_shrink || *vm.since_shrink >= after_shrink;
}

}  // namespace aerostat
