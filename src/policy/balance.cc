#include "policy/balance.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "model/fair_share.h"
#include "policy/cases.h"
#include "policy/evidence.h"
#include "policy/pace.h"
#include "policy/share.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

Wish stay(const Case& c, Because because, Bytes about = {}) {
  const Bytes target = c.vm->target;
  return {c.place, target, target, Rule::Hold, because, about, numbers(c)};
}

Wish shrink_to(const Case& c, Bytes desired, Rule rule, Because because, Bytes about) {
  const VmView& vm = *c.vm;
  const std::optional<Bytes> spare = shown_to_spare(vm, rule);
  // A block larger than a step still moves as a whole, or not at all.
  Bytes step = std::min(vm.target - desired, std::max(shrink_step(vm, rule), vm.grain));
  // A guest that gives memory shows small amounts to spare. They are not worth a change if nobody waits.
  const Bytes least =
      rule == Rule::ReturnIdle ? std::clamp(step, vm.grain, std::max(vm.grain, kLeastGrant)) : vm.grain;
  if (spare && *spare < least) return stay(c, Because::ShowsNoSpare, vm.target - desired);
  if (spare) step = std::min(step, *spare);
  Wish wish = stay(c, because, about);
  wish.to = std::min(vm.level_above(vm.target - step), vm.target);  // never more than the step
  wish.desired = desired;
  wish.rule = rule;
  return wish;
}

// Nobody needs what this VM has. It keeps the surplus for a while; then the surplus returns to the pool.
Wish rest(const Case& c) {
  const VmView& vm = *c.vm;
  const Because enough = c.held_back                      ? Because::NotTakenIn
                         : vm.target >= c.wanted          ? Because::Enough
                         : vm.target >= vm.limits.maximum ? Because::AtMaximum
                                                          : Because::MostIsThere;
  if (!vm.demand || vm.keeps || vm.starting || vm.stalled || vm.distress) return stay(c, enough);
  const Bytes keep = std::min(rest_of(vm), vm.target);
  const Bytes surplus = vm.target - keep;
  // A crumb is not worth a change, except above the owner's minimum, where the VM would keep it for good.
  const bool ends_at_minimum = keep <= vm.level_above(vm.limits.minimum);
  if (surplus < (ends_at_minimum ? vm.grain : std::max(vm.grain, kCrumb))) return stay(c, enough);
  if (!may_shrink(vm, Rule::ReturnIdle)) return stay(c, Because::JustMoved);
  return shrink_to(c, keep, Rule::ReturnIdle, Because::NotNeeded, surplus);
}

// Others lack `lacking`: this VM gives what it has above its entitlement. While someone is short, nobody
// keeps a surplus, because a VM in want cannot say how much it lacks.
Wish give(const Case& c, Bytes lacking) {
  const VmView& vm = *c.vm;
  Bytes share = vm.target - c.entitled;
  const Bytes idle = vm.target - c.wanted;
  const Rule rule = c.shortage == Rule::Yield || idle >= share ? Rule::Yield : c.shortage;
  if (vm.stalled) return stay(c, Because::OthersShortStalled, lacking);
  // A guest that reads back paged-out memory shows distress although it has enough again. Then estimate
  // carefully how much it can spare.
  const Bytes plenty = vm.target - c.wanted - vm.demand.value_or(vm.target).scaled(kDistressShare);
  if (vm.distress && rule == Rule::Yield) {
    if (plenty < vm.grain) return stay(c, Because::OthersShortDistressed, lacking);
    share = std::min(share, plenty);
  }
  if (!may_shrink(vm, rule)) return stay(c, Because::OthersShortJustMoved, lacking);
  return shrink_to(c, vm.target - share, rule,
                   vm.keeps ? Because::OthersShortUnbelieved : Because::OthersShort, lacking);
}

Wish grow(const Case& c, Bytes granted, bool coming) {
  const VmView& vm = *c.vm;
  if (granted < std::min(kLeastGrant, std::max(c.desire, c.wanted) - vm.target)) granted = Bytes{};
  const Bytes to = std::max(vm.target, vm.level_below(vm.target + granted));
  const Bytes desired = std::max(c.desire, c.wanted);
  const Bytes lacking = desired - to;
  const bool grows = to > vm.target;
  const Because whole = c.rescues ? Because::NearlyEmpty : Because::Needs;
  const Because because = grows && lacking < vm.grain       ? whole
                          : coming                          ? Because::BeingFreed
                          : c.shortage == Rule::CutByWeight ? Because::WeightDecides
                                                            : Because::BuffersShared;
  const Rule rule = grows ? c.rule : coming ? Rule::Waiting : Rule::Refused;
  return {c.place, to, desired, rule, because, lacking, numbers(c)};
}

// Memory that the cases may share: everything except reserved memory and memory of VMs that cannot be moved.
Bytes pool_of(const HostView& host, const std::vector<Case>& cases) {
  Bytes pool = host.free();
  for (const Case& c : cases) pool += c.vm->committed;
  return pool;
}

struct Groups {
  std::vector<const Case*> growers, givers, resting;
};

// Memory is scarce when not all can have what they want. Then each growth is cut to its entitlement, and a VM
// that has more than that can give. `over`: more is committed and reserved than there is.
Groups group(std::vector<Case>& cases, bool scarce, bool over) {
  Groups out;
  for (Case& c : cases) {
    const bool wants = c.rule != Rule::Hold;
    if (c.shortage != Rule::Yield)
      c.desire = std::max(c.vm->target, c.vm->level_below(std::min(c.desire, c.entitled)));
    // A VM that lacks memory itself gives no small amounts, unless they are owed: a start may wait for the
    // last.
    const Bytes least = wants && !over ? std::max(c.vm->grain, kLeastGrant) : c.vm->grain;
    const bool can_give = scarce && c.vm->target - c.entitled >= least;
    auto& side = can_give ? out.givers : wants ? out.growers : out.resting;
    side.push_back(&c);
  }
  return out;
}

}  // namespace

std::vector<Wish> balance(const HostView& host) {
  std::vector<Case> cases;
  Bytes missing, returning;  // wanted by growing VMs; requested back earlier and not yet seen
  cases.reserve(host.vms.size());
  const FairPool fair = fair_pool(host);
  for (std::size_t i = 0; i < host.vms.size(); ++i) {
    const VmView& vm = host.vms[i];
    if (!vm.movable && !vm.keeps) continue;
    const Bytes share = vm.movable || vm.has_share ? fair_share(fair, vm) : Bytes{};
    cases.push_back(vm.keeps ? disbelieve(vm, share) : believe(vm, share));
    cases.back().place = i;
    missing += cases.back().missing();
    if (!vm.stalled) returning += std::max(Bytes{}, vm.committed - vm.target);
  }
  const Bytes free = std::max(Bytes{}, host.free());
  const bool scarce = missing > host.free();
  if (scarce) entitle(pool_of(host, cases), cases);
  const Groups groups = group(cases, scarce, host.free() < Bytes{});

  std::vector<Claim> claims;
  Bytes spare, owed;
  for (const Case* c : groups.growers) {
    claims.push_back({Bytes{}, c->missing(), std::max(1.0, static_cast<double>(c->vm->limits.weight))});
    owed += std::max(Bytes{}, std::min(c->desire, c->entitled) - c->vm->target);
  }
  for (const Case* c : groups.givers) spare += c->vm->target - c->entitled;
  // A host above its capacity (someone started a VM) lacks that amount too.
  const Bytes lacking = std::max(Bytes{}, owed - host.free() - returning);

  std::vector<Wish> wishes;
  wishes.reserve(cases.size());
  for (const Case* c : groups.givers) {
    if (lacking > Bytes{}) {
      wishes.push_back(give(*c, lacking));
    } else if (c->vm->movable) {
      wishes.push_back(rest(*c));
    }
  }
  for (const Case* c : groups.resting) {
    if (c->vm->movable) wishes.push_back(rest(*c));
  }
  const std::vector<Bytes> grants = share_out(free, claims);
  const bool coming = scarce && (returning > Bytes{} || spare > Bytes{});
  for (std::size_t i = 0; i < groups.growers.size(); ++i) {
    const Case& c = *groups.growers[i];
    wishes.push_back(grow(c, grants[i], coming && c.missing() > grants[i]));
  }
  std::stable_partition(wishes.begin(), wishes.end(),
                        [&host](const Wish& wish) { return wish.to < host.vms[wish.place].target; });
  return wishes;
}

}  // namespace aerostat
