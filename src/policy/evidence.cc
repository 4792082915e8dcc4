#include "policy/evidence.h"

#include <algorithm>

#include "model/fair_share.h"
#include "policy/tuning.h"

namespace aerostat {

namespace {

// The host's view proves this need. It proves twice as much if the VM used all that it was given, or was
// given some only now. Untouched memory proves the opposite.
Bytes proven(const VmView& vm) {
  const Bytes untouched = vm.assigned - *vm.touched;
  const bool uses_all = untouched <= std::max(kLeastGrow, vm.assigned.scaled(kUntouchedShare));
  const bool fresh = vm.since_grow && *vm.since_grow < kProveWithin;
  return vm.touched->scaled(uses_all || fresh ? kEvidenceFactor : 1);
}

}  // namespace

Case believe(const VmView& vm, Bytes share) {
  Case c = consider(vm);
  // A VM with nearly nothing cannot show its need. Up to its share it gets what it is offered.
  if (vm.rescue > Bytes{}) c.needed = std::max(c.needed, std::min(c.wanted, share));
  // Startup memory is its owner's word. A stalled VM's memory cannot be had, whoever needs it.
  if (!vm.demand || !vm.touched || vm.starting || vm.stalled) return c;
  const Bytes unproven = *vm.demand - std::max(share, proven(vm));
  if (unproven <= Bytes{}) return c;
  c.needed = std::max(c.needed - unproven, std::min(c.needed, vm.limits.minimum));
  c.parts.cut_to(Part::Unproven, std::max(c.wanted - unproven, c.needed));
  c.wanted = c.entitled = c.parts.sum();
  c.least = std::min(c.least, c.needed);
  c.desire = std::clamp(vm.level_above(c.wanted), vm.target, c.desire);
  if (c.desire == vm.target) c.rule = Rule::Hold;
  return c;
}

Case disbelieve(const VmView& vm, Bytes share) {
  Case c;
  c.vm = &vm;
  c.desire = vm.target;
  if (vm.movable) {
    const Case owed = consider(vm);
    c.desire = owed.desire;
    c.rule = owed.rule;
  }
  c.least = std::min(std::max(*vm.keeps, vm.limits.minimum), vm.target);
  const Bytes known = vm.stalled ? vm.target : std::max(share, vm.touched.value_or(vm.target));
  c.parts.add(Part::Held, std::clamp(known, c.least, vm.target));
  c.wanted = c.needed = c.entitled = c.parts.sum();
  return c;
}

}  // namespace aerostat
