#include "guard/rails.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aerostat {

namespace {

void stay(Move& move, std::string why) {
  const bool wanted_more = move.to > move.from;
  move.to = move.from;
  move.rule = wanted_more ? Rule::Refused : Rule::Guarded;
  move.say(std::move(why));
}

// Cuts a growth to `most`, or to nothing.
void cut(Move& move, const VmView& vm, Bytes most, std::string why) {
  const Bytes to = vm.level_below(most);
  if (to <= move.from) return stay(move, std::move(why));
  move.to = to;
  move.say(std::move(why));
}

void keep_limits(Move& move, const VmView& vm) {
  const Bytes floor = vm.level_above(vm.limits.minimum);
  // A VM that already is outside may move towards its limits, never further away.
  if (move.shrinks() && move.to < floor) {
    move.to = std::min(move.from, floor);
    move.say(fmt::format("not below its minimum, {}", format_bytes(floor)));
    if (move.to == move.from) move.rule = Rule::Guarded;
  }
  if (move.grows() && move.to > vm.limits.maximum) {
    cut(move, vm, std::max(move.from, vm.limits.maximum),
        fmt::format("not above its maximum, {}", format_bytes(vm.limits.maximum)));
  }
}

void keep_fair(Move& move, const VmView& vm, const FairPool& pool) {
  const Bytes share = fair_share(pool, vm);
  const Bytes proven = vm.resident ? vm.resident->scaled(kEvidenceFactor) : Bytes{};
  const Bytes most = std::max(share, proven);
  if (!move.grows() || move.to <= most) return;
  cut(move, vm, most,
      fmt::format("it says it needs more than its fair share, {}, and the host sees {} in use",
                  format_bytes(share), vm.resident ? format_bytes(*vm.resident) : "an unknown amount"));
}

// Whose move it is; null: nobody's. A plan may not know the places of the VMs.
const VmView* view_of(const HostView& host, const Move& move) {
  if (move.index < host.vms.size() && host.vms[move.index].name == move.vm) return &host.vms[move.index];
  const auto found =
      std::find_if(host.vms.begin(), host.vms.end(), [&](const VmView& vm) { return vm.name == move.vm; });
  return found == host.vms.end() ? nullptr : &*found;
}

struct Purse {
  Bytes free;
  std::optional<Bytes> physical;
};

void keep_ledger(Move& move, const VmView& vm, Purse& purse, const Rails& rails) {
  if (!move.grows()) return;
  // What a growth commits beyond what is counted already: memory still held from a shrink under way is not
  // asked twice.
  const Bytes held = std::max(move.from, vm.committed);
  Bytes most = move.to;
  std::string why;
  if (rails.ledger && move.to - held > purse.free) {
    most = held + std::max(Bytes{}, purse.free);
    why = fmt::format("only {} of the capacity is free", format_bytes(std::max(Bytes{}, purse.free)));
  }
  if (rails.physical && purse.physical && most - held > *purse.physical) {
    most = held + std::max(Bytes{}, *purse.physical);
    why = fmt::format("the host's kernel has only {} left", format_bytes(std::max(Bytes{}, *purse.physical)));
  }
  if (most < move.to) cut(move, vm, most, std::move(why));
  const Bytes taken = std::max(Bytes{}, move.to - held);
  purse.free -= taken;
  if (purse.physical) *purse.physical -= taken;
}

}  // namespace

std::vector<Move> keep_rails(const HostView& host, std::vector<Move> plan, const Rails& rails,
                             const FairPool* known) {
  Purse purse{host.free(), host.spare_physical};
  const FairPool fair = known ? *known : fair_pool(host);
  for (Move& move : plan) {
    if (move.to == move.from) continue;
    const VmView* const found = view_of(host, move);
    if (!found || !(found->movable || (found->keeps && move.shrinks()))) {
      stay(move, "it cannot be moved now");
      continue;
    }
    const VmView& vm = *found;
    if (rails.lock_out && move.shrinks() && vm.since_grow && *vm.since_grow < kLockOut) {
      stay(move, "it was grown a moment ago");
      continue;
    }
    if (rails.limits) keep_limits(move, vm);
    // What a VM boots with is its owner's word, not the guest's.
    if (rails.fair_share && move.rule != Rule::Startup) keep_fair(move, vm, fair);
    keep_ledger(move, vm, purse, rails);
  }
  return plan;
}

}  // namespace aerostat
