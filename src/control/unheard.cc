#include "control/unheard.h"

#include <fmt/format.h>

#include <algorithm>

#include "control/sense.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

Bytes startup_of(const VmRecord& vm) { return vm.machine->reachable(vm.limits.startup); }

bool below_startup(const VmRecord& vm) { return vm.facts().target() < startup_of(vm); }

// From now on it is assumed to need `need`.
void take_to_need(VmRecord& vm, Bytes need, TimePoint now) {
  LostWord& lost = *vm.lost;
  lost.need = vm.machine->reachable(std::min(vm.facts().levels.above(need), vm.limits.maximum));
  lost.given = *lost.need - vm.facts().assigned();
  lost.resident = vm.resident;
  lost.at = now;
}

}  // namespace

bool tells_need(const GuestSample& sample) {
  return sample.total && sample.available && *sample.total > Bytes{} && *sample.available >= Bytes{} &&
         *sample.available <= *sample.total;
}

bool service_reports(const VmRecord& vm) {
  if (!vm.guest || vm.guest->state().service != Service::Speaking) return false;
  return !vm.guest->state().sample || tells_need(*vm.guest->state().sample);
}

void lose_word(VmRecord& vm) {
  if (vm.lost) return;
  vm.lost.emplace();
  believe_last_word(vm.mind);
  const Mind& mind = vm.mind;
  if (!mind.demand) return;
  VmView view = view_of(vm, mind.sampled_at);
  if (mind.nearly_empty || in_want(*mind.demand) || view.target < low_line(view))
    take_to_need(vm, std::max(wanted(view), view.target + kLeastGrow), mind.sampled_at);
}

bool is_unheard(const VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  const bool able = facts.known && facts.link == Link::Up && facts.can_change && facts.target_known;
  if (!able || !vm.guards->give_back || vm.limits.mode == Mode::Static) return false;
  return !service_reports(vm) &&
         now - std::max({vm.mind.sampled_at, vm.starting_since, vm.ran_not_at}) >= kStatsFresh;
}

void follow_unheard(VmRecord& vm, TimePoint now) {
  if (!vm.lost || !vm.lost->need || !is_unheard(vm, now)) return;
  const LostWord& lost = *vm.lost;
  const MachineFacts& facts = vm.facts();
  if (now - lost.at < kUnheardStep || !vm.resident || !lost.resident) return;
  const bool came = facts.assigned() + facts.levels.grain() > *lost.need;
  const bool used = *vm.resident - *lost.resident >= lost.given.scaled(0.5);
  if (came && used) take_to_need(vm, facts.assigned() + lost.given + lost.given, now);
}

bool is_owed(const VmRecord& vm) {
  return below_startup(vm) || (vm.lost && vm.lost->need && *vm.lost->need > vm.facts().target());
}

void show_unheard(const VmRecord& vm, VmView& view) {
  view.stalled = view.stalled || !vm.keeps;  // it gives nothing
  view.demand.reset();
  view.available.reset();
  view.rescue = view.learned_floor = {};
  view.starting = below_startup(vm);
  if (view.starting || !vm.lost || !vm.lost->need) return;
  view.demand = vm.lost->need;
  view.headroom = view.growth = view.cache = {};
  view.filled = *view.demand;
}

std::string unheard_note(const VmRecord& vm) {
  if (below_startup(vm)) return fmt::format("it is given back its startup, {}", format_bytes(startup_of(vm)));
  return fmt::format("it was in want when it was last heard, and is given up to {}",
                     format_bytes(vm.lost->need.value_or(Bytes{})));
}

}  // namespace aerostat
