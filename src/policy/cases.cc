#include "policy/cases.h"

#include <algorithm>

#include "model/memory_block.h"
#include "policy/share.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

// Sets the target it should grow to, and why. The present target and Hold if it should not grow.
void consider_growth(Case& c) {
  const VmView& vm = *c.vm;
  if (vm.starting) {
    c.desire = std::max(vm.target, vm.limits.startup);
    c.rule = Rule::Startup;
  } else if (vm.demand && vm.target < low_line(vm)) {
    const bool hurt = vm.distress && vm.target < vm.learned_floor;
    c.desire = std::max(c.wanted, vm.target + kLeastGrow);
    c.rule = hurt ? Rule::GiveBack : Rule::Grow;
  } else if (vm.kernel_short && (!vm.since_grow || *vm.since_grow >= kKernelGrowEvery)) {
    // New memory first fills the existing block, which may be for programs only.
    const Bytes there = vm.target < vm.base ? Bytes{} : vm.room_in_block.value_or(Bytes{});
    c.desire = vm.target + std::max(kMemoryBlock, there + kLeastGrow);
    c.rule = Rule::Grow;
  } else if (vm.target < vm.limits.minimum) {
    c.desire = vm.limits.minimum;  // the owner raised it, or the VM booted with less
    c.rule = Rule::Grow;
  }
  if (vm.rescue > Bytes{} && !vm.starting && c.desire < vm.target + vm.rescue) {
    c.desire = vm.target + vm.rescue;
    c.rule = Rule::Grow;
    c.rescues = true;
  }
  c.desire = std::min(vm.level_above(c.desire), vm.level_below(most_of(vm)));
  if (c.desire <= vm.target) {
    c.desire = vm.target;
    c.rule = Rule::Hold;
  }
}

}  // namespace

Case consider(const VmView& vm) {
  Case c;
  c.vm = &vm;
  c.parts = wanted_parts(vm);
  c.needed = needed(vm);
  c.desire = vm.target;
  const auto needs = [&c](Part part, Bytes level) {
    c.needed = std::max(c.needed, level);
    c.parts.bring_to(part, c.needed);
  };
  if (vm.starting) needs(Part::Startup, vm.limits.startup);
  // What a stalled VM holds cannot be shared out, whatever its weight.
  if (vm.stalled) needs(Part::Held, vm.target);
  // A VM whose kernel runs short of usable memory has no surplus. But free memory of the other kind helps
  // nobody while others lack memory.
  if (vm.kernel_short) c.parts.raise_to(Part::KernelShort, std::min(vm.target, vm.limits.maximum));
  // A VM with nearly nothing left has no surplus, whatever its estimated need.
  if (vm.rescue > Bytes{}) {
    c.parts.raise_to(Part::Rescue, std::min(vm.target + vm.rescue, vm.limits.maximum));
    c.needed = std::max(c.needed, std::min(vm.target, vm.limits.maximum));
  }
  c.parts.raise_to(Part::Slack, c.needed);
  if (vm.offer) {
    c.held_back = most_of(vm) < low_line(vm);
    c.parts.cut_to(Part::Offer, most_of(vm));  // otherwise others would be asked for memory that nobody takes
    c.needed = std::min(c.needed, most_of(vm));
  }
  c.entitled = c.wanted = c.parts.sum();
  // A stalled VM keeps what it holds, but gets nothing on top.
  c.least = std::min(vm.stalled ? vm.target : vm.limits.minimum, c.needed);
  consider_growth(c);
  return c;
}

void entitle(Bytes pool, std::vector<Case>& cases) {
  Bytes sum_wanted, sum_needed;
  for (const Case& c : cases) {
    sum_wanted += c.wanted;
    sum_needed += c.needed;
  }
  if (sum_wanted <= pool) return;  // entitled already equals wanted
  if (sum_needed <= pool) {
    const double part = static_cast<double>((pool - sum_needed).count()) /
                        static_cast<double>((sum_wanted - sum_needed).count());
    for (Case& c : cases) {
      c.entitled =
          std::max(c.vm->level_below(c.needed + (c.wanted - c.needed).scaled(part)), c.vm->limits.minimum);
      c.shortage = Rule::ShareBuffers;
    }
    return;
  }
  std::vector<Claim> claims;
  for (const Case& c : cases) {
    claims.push_back({c.least, c.needed, static_cast<double>(c.vm->limits.weight)});
  }
  const std::vector<Bytes> shares = share_out(pool, claims);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    cases[i].entitled = std::max(cases[i].vm->level_below(shares[i]), claims[i].least);
    cases[i].shortage = Rule::CutByWeight;
  }
}

Numbers numbers(const Case& c) { return {c.vm->assigned, c.vm->demand, c.parts, c.vm->kernel_short}; }

}  // namespace aerostat
