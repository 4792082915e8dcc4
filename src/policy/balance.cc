#include "policy/balance.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "policy/cases.h"
#include "policy/pace.h"
#include "policy/share.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

Move move_of(const Case& c) {
  Move move;
  move.vm = c.vm->name;
  move.from = move.to = move.desired = c.vm->target;
  move.numbers = numbers(c);
  move.index = c.index;
  return move;
}

Move stay(const Case& c, Staying staying, std::string why = {}) {
  Move move = move_of(c);
  move.staying = staying;
  move.why = std::move(why);
  return move;
}

Move shrink_to(const Case& c, Bytes desired, Rule rule, const std::string& what) {
  const VmView& vm = *c.vm;
  // A block larger than a step still goes as a whole, or never.
  const Bytes step = std::min(vm.target - desired, std::max(shrink_step(vm, rule), vm.grain));
  Move move = move_of(c);
  move.to = std::min((vm.target - step).round_up(vm.grain), vm.target);  // never more than the step
  move.desired = desired;
  move.rule = rule;
  move.why = fmt::format("{} ({})", what, numbers_text(move.numbers));
  return move;
}

// Nobody needs what this VM has: it keeps it for a while, then the surplus goes back to the pool.
Move rest(const Case& c) {
  const VmView& vm = *c.vm;
  const Staying enough = vm.target >= c.wanted            ? Staying::Enough
                         : vm.target >= vm.limits.maximum ? Staying::AtMaximum
                                                          : Staying::MostIsThere;
  if (!vm.demand || vm.starting || vm.stalled || vm.distress) return stay(c, enough);
  const Bytes keep = std::min(rest_of(vm), vm.target);
  const Bytes surplus = vm.target - keep;
  if (surplus < vm.grain) return stay(c, enough);
  if (!may_shrink(vm, Rule::ReturnIdle)) return stay(c, Staying::JustMoved);
  return shrink_to(
      c, keep, Rule::ReturnIdle,
      fmt::format("{} was not needed for long enough to be worth a change and goes back to the pool",
                  format_bytes(surplus)));
}

// Others are short by `lacking`: this VM gives what it has above its entitlement. While somebody goes short
// nobody keeps what it has too much: those who lack cannot say how much they lack.
Move give(const Case& c, Bytes lacking) {
  const VmView& vm = *c.vm;
  Bytes share = vm.target - c.entitled;
  const Bytes idle = vm.target - c.wanted;
  const Rule rule = c.shortage == Rule::Yield || idle >= share ? Rule::Yield : c.shortage;
  const std::string short_by = fmt::format("others are short by {}", format_bytes(lacking));
  if (vm.stalled) return stay(c, Staying::No, short_by + ", but it does not give what it was asked for");
  // A guest that fetches back what it paged out shows distress although it has enough again; how much is
  // plenty is then taken with care.
  const Bytes plenty = vm.target - c.wanted - vm.demand.value_or(vm.target).scaled(kDistressShare);
  if (vm.distress && rule == Rule::Yield) {
    if (plenty < vm.grain) {
      return stay(c, Staying::No,
                  fmt::format("{}, but it shows distress itself ({})", short_by, numbers_text(numbers(c))));
    }
    share = std::min(share, plenty);
  }
  if (!may_shrink(vm, rule)) return stay(c, Staying::No, short_by + "; it was moved a moment ago");
  return shrink_to(c, vm.target - share, rule, short_by + ", this one has spare");
}

Move grow(const Case& c, Bytes granted, bool coming) {
  const VmView& vm = *c.vm;
  if (granted < std::min(kLeastGrant, std::max(c.desire, c.wanted) - vm.target)) granted = Bytes{};
  Move move = move_of(c);
  move.to = (vm.target + granted).round_down(vm.grain);
  move.desired = std::max(c.desire, c.wanted);
  move.rule = c.rule;
  const Bytes lacking = move.desired - move.to;
  if (lacking < vm.grain) {
    move.why = numbers_text(move.numbers);
    return move;
  }
  if (coming) {
    move.why =
        fmt::format("{} more is being freed for it ({})", format_bytes(lacking), numbers_text(move.numbers));
  } else {
    const char* const rule = c.shortage == Rule::CutByWeight ? "weight decides" : "buffers are shared";
    move.why = fmt::format("{}{} refused: the host has no more to give, {} ({})",
                           granted > Bytes{} ? "a part; " : "", format_bytes(lacking), rule,
                           numbers_text(move.numbers));
  }
  if (move.to <= vm.target) {
    move.to = vm.target;
    move.rule = coming ? Rule::Waiting : Rule::Refused;
  }
  return move;
}

// Memory the cases may have between them: all of it but what is reserved or held by VMs that cannot be moved.
Bytes pool_of(const HostView& host, const std::vector<Case>& cases) {
  Bytes pool = host.free();
  for (const Case& c : cases) pool += c.vm->committed;
  return pool;
}

struct Groups {
  std::vector<const Case*> growers, givers, resting;
};

// Memory is scarce: everybody's growth is cut to its entitlement, and who has more than that can give.
Groups group(std::vector<Case>& cases, bool scarce) {
  Groups out;
  for (Case& c : cases) {
    const bool wants = c.rule != Rule::Hold;
    if (scarce) c.desire = std::max(c.vm->target, std::min(c.desire, c.entitled).round_down(c.vm->grain));
    const bool can_give = scarce && c.vm->target - c.entitled >= c.vm->grain;
    auto& side = can_give ? out.givers : wants ? out.growers : out.resting;
    side.push_back(&c);
  }
  return out;
}

}  // namespace

std::vector<Move> balance(const HostView& host) {
  std::vector<Case> cases;
  Bytes missing, returning;  // wanted by growers; asked back earlier and not yet seen
  cases.reserve(host.vms.size());
  for (std::size_t i = 0; i < host.vms.size(); ++i) {
    const VmView& vm = host.vms[i];
    if (!vm.movable) continue;
    cases.push_back(consider(vm));
    cases.back().index = i;
    missing += cases.back().missing();
    if (!vm.stalled) returning += std::max(Bytes{}, vm.committed - vm.target);
  }
  const Bytes free = std::max(Bytes{}, host.free());
  const bool scarce = missing > host.free();
  if (scarce) entitle(pool_of(host, cases), cases);
  const Groups groups = group(cases, scarce);

  std::vector<Claim> claims;
  missing = Bytes{};
  for (const Case* c : groups.growers) {
    missing += c->missing();
    claims.push_back({Bytes{}, c->missing(), std::max(1.0, static_cast<double>(c->vm->limits.weight))});
  }
  Bytes spare;
  for (const Case* c : groups.givers) spare += c->vm->target - c->entitled;
  // A host that is over its capacity (somebody started a VM) lacks that too.
  const Bytes lacking = std::max(Bytes{}, missing - host.free() - returning);

  std::vector<Move> moves;
  moves.reserve(cases.size());
  for (const Case* c : groups.givers) {
    moves.push_back(lacking > Bytes{} ? give(*c, lacking) : rest(*c));
  }
  for (const Case* c : groups.resting) moves.push_back(rest(*c));
  const std::vector<Bytes> grants = share_out(free, claims);
  const bool coming = scarce && (returning > Bytes{} || spare > Bytes{});
  for (std::size_t i = 0; i < groups.growers.size(); ++i) {
    const Case& c = *groups.growers[i];
    moves.push_back(grow(c, grants[i], coming && c.missing() > grants[i]));
  }
  std::stable_partition(moves.begin(), moves.end(), [](const Move& move) { return move.shrinks(); });
  return moves;
}

}  // namespace aerostat
