#include "policy/pace.h"

#include <algorithm>

#include "policy/tuning.h"

namespace aerostat {

namespace {

// It does not use untouched memory, whatever it says.
Bytes in_use(const VmView& vm) {
  return std::min(vm.demand.value_or(vm.target), vm.touched.value_or(vm.target));
}

}  // namespace

Bytes shrink_step(const VmView& vm, Rule rule) {
  // Unused memory goes at once; used memory only as fast as the guest can page.
  if (rule == Rule::CutByWeight) return std::max(kCutStep, vm.target - in_use(vm));
  if (rule != Rule::ReturnIdle) return vm.target;  // idle, and others wait for it: all at once
  // Nobody waits: free memory goes at once. Of page cache only a little goes, so that the guest can show that
  // it misses it before much is gone. While it does not, as much again goes as was already taken.
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
  // Untouched memory can be spared, whatever the guest shows.
  const Bytes untouched = vm.touched ? vm.target - *vm.touched : Bytes{};
  return std::max(shown, untouched);
}

bool may_shrink(const VmView& vm, Rule rule) {
  const bool idle = rule != Rule::CutByWeight || vm.target - in_use(vm) > kCutStep;
  // A guest that paged out what it was asked for can page out more.
  const bool gone = vm.assigned - vm.target < vm.grain;
  const Duration after_shrink = (idle || gone) && rule != Rule::ReturnIdle ? kYieldEvery : kShrinkEvery;
  if (vm.since_grow && *vm.since_grow < kYieldAfterGrow) return false;
  // Cache that is on its way out may yet be missed.
  const bool cache_leaves = vm.target < vm.filled && vm.assigned - vm.target >= vm.grain;
  if (rule == Rule::ReturnIdle && cache_leaves) return false;
  return !vm.since_shrink || *vm.since_shrink >= after_shrink;
}

}  // namespace aerostat
