#include "guard/rails.h"

#include <algorithm>
#include <utility>

namespace aerostat {

namespace {

// No VM can have more. Sums of such amounts do not overflow.
constexpr Bytes kMostWished = Bytes::of(std::int64_t{1} << 50);

void stop(Ruling& out, Cut cut) {
  out.granted = out.from;
  out.cuts.push_back(cut);
}

// Cuts a growth to `most`, or to nothing.
void cut_to(Ruling& out, const VmView& vm, Bytes most, Cut cut) {
  out.granted = std::max(out.from, vm.level_below(most));
  out.cuts.push_back(cut);
}

void keep_limits(Ruling& out, const VmView& vm) {
  const Bytes floor = vm.level_above(vm.limits.minimum);
  // A VM that is already outside may move towards its limits, never further away.
  if (out.shrinks() && out.granted < floor) {
    out.granted = std::min(out.from, floor);
    out.cuts.push_back({Rail::Minimum, floor});
  }
  if (out.grows() && out.granted > vm.limits.maximum)
    cut_to(out, vm, std::max(out.from, vm.limits.maximum), {Rail::Maximum, vm.limits.maximum});
}

void keep_fair(Ruling& out, const VmView& vm, const FairPool& pool) {
  if (!out.grows()) return;
  const Bytes share = fair_share(pool, vm);
  const Bytes proven = vm.resident ? vm.resident->scaled(kEvidenceFactor) : Bytes{};
  // Startup memory is its owner's word, not the guest's.
  const Bytes owed = vm.starting ? vm.level_above(vm.limits.startup) : Bytes{};
  const Bytes most = std::max({share, proven, owed});
  if (out.granted > most) cut_to(out, vm, most, {Rail::FairShare, share, vm.resident});
}

struct Purse {
  Bytes free;
  std::optional<Bytes> physical;
};

void keep_ledger(Ruling& out, const VmView& vm, Purse& purse, const Rails& rails) {
  if (!out.grows()) return;
  // What a growth commits beyond what already counts: memory still held from a running shrink is not
  // requested twice.
  const Bytes held = std::max(out.from, vm.committed);
  Bytes most = out.granted;
  Cut cut{};
  if (rails.ledger && most - held > purse.free) {
    cut = {Rail::Commitment, std::max(Bytes{}, purse.free)};
    most = held + cut.bound;
  }
  if (rails.physical && purse.physical && most - held > *purse.physical) {
    cut = {Rail::HostsKernel, std::max(Bytes{}, *purse.physical)};
    most = held + cut.bound;
  }
  if (most < out.granted) cut_to(out, vm, most, cut);
  const Bytes taken = std::max(Bytes{}, out.granted - held);
  purse.free -= taken;
  if (purse.physical) *purse.physical -= taken;
}

// Takes what it grants out of the purse.
Ruling rule_on_one(const Wish& wish, const VmView& vm, const FairPool& fair, const Rails& rails,
                   Purse& purse) {
  Ruling out{wish, wish.place, vm.target, std::clamp(wish.to, Bytes{}, kMostWished), {}};
  if (out.granted == out.from) return out;
  if (!(vm.movable || (vm.keeps && out.shrinks()))) {
    stop(out, {Rail::NotMovable});
  } else if (rails.lock_out && out.shrinks() && vm.since_grow && *vm.since_grow < kLockOut) {
    stop(out, {Rail::LockOut});
  } else {
    if (rails.limits) keep_limits(out, vm);
    if (rails.fair_share) keep_fair(out, vm, fair);
    keep_ledger(out, vm, purse, rails);
  }
  return out;
}

// For a wish without a VM.
Ruling astray(const Wish& wish, Rail why) { return {wish, std::nullopt, {}, {}, {{why}}}; }

}  // namespace

std::vector<Ruling> rule_on(const HostView& host, const std::vector<Wish>& plan, const Rails& rails,
                            const FairPool* known) {
  Purse purse{host.free(), host.spare_physical};
  const FairPool fair = known ? *known : fair_pool(host);
  std::vector<bool> ruled(host.vms.size());
  std::vector<Ruling> out;
  out.reserve(plan.size());
  for (const Wish& wish : plan) {
    if (wish.place >= host.vms.size()) {
      out.push_back(astray(wish, Rail::NoSuchVm));
    } else if (ruled[wish.place]) {
      out.push_back(astray(wish, Rail::Repeated));
    } else {
      ruled[wish.place] = true;
      out.push_back(rule_on_one(wish, host.vms[wish.place], fair, rails, purse));
    }
  }
  return out;
}

}  // namespace aerostat
