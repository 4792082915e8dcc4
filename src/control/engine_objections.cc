// Engine: what guests are asked before memory is taken, and what is made of their answer.
#include <algorithm>

#include "control/engine.h"

namespace aerostat {

// Lets the guest prepare memory once before a shrink; false while that is under way.
bool Engine::prepared(VmRecord& vm, const Ruling& ruling, TimePoint now) {
  using std::chrono::milliseconds;
  constexpr Duration kPreparedFor = std::chrono::seconds(10);
  constexpr Duration kPatience = milliseconds(300);
  // Programs have two seconds; less where others lack memory meanwhile.
  constexpr Duration kProgramsPatience = milliseconds(2500), kProgramsWhileOthersLack = milliseconds(500);
  if (!vm.guest || !is_service(vm.mind.source) || vm.keeps) return true;
  const GuestState& guest = vm.guest->state();
  if (!guest.can_compact && !guest.asks_programs) return true;
  if (!vm.prepare_asked_at || now - *vm.prepare_asked_at > kPreparedFor) {
    vm.prepare_asked_at = now;
    vm.prepare_over = false;
    // The whole shrink: this ruling may be only its first step.
    vm.guest->prepare_shrink(ruling.from - std::min(ruling.granted, ruling.wish.desired));
    return false;
  }
  if (vm.prepare_over) return true;
  const Duration patience = !guest.asks_programs                   ? kPatience
                            : ruling.wish.rule == Rule::ReturnIdle ? kProgramsPatience
                                                                   : kProgramsWhileOthersLack;
  if (!guest.prepared && now - *vm.prepare_asked_at < patience) return false;
  vm.prepare_over = true;
  return !guest.prepared || !objects(vm, now);
}

// Whether a program in the guest refuses, and is heard.
bool Engine::objects(VmRecord& vm, TimePoint now) {
  const std::string& refusal = vm.guest->state().refusal;
  if (refusal.empty() || !vm.objection.may_be_heard(vm.mind.grew_at, now)) return false;
  vm.objection = {now, refusal, false, true};
  return true;
}

// Who objects is asked last.
std::vector<Wish> Engine::plan(const HostView& view, TimePoint now) {
  const auto stands = [now](const VmRecord* vm) { return vm->objection.stands(now); };
  for (VmRecord* vm : records_) vm->objection.keeps = false;
  if (std::none_of(records_.begin(), records_.end(), stands)) return options_.plan(view);
  HostView without = view;
  for (std::size_t i = 0; i < records_.size(); ++i) {
    VmView& v = without.vms[i];
    if (stands(records_[i]))
      v.limits.minimum = std::max(v.limits.minimum, std::min(v.target, v.limits.maximum));
  }
  std::vector<Wish> wishes = options_.plan(without);
  std::vector<Wish> in_full = options_.plan(view);
  if (!others_suffice(without, wishes)) {
    for (VmRecord* vm : records_) {
      if (stands(vm)) vm->objection.overruled = true;
    }
    return in_full;
  }
  // What it changes is told, and no more.
  for (const Wish& wish : in_full) {
    if (wish.place >= records_.size()) continue;
    VmRecord* const vm = records_[wish.place];
    vm->objection.keeps = stands(vm) && wish.to < view.vms[wish.place].target;
  }
  return wishes;
}

}  // namespace aerostat
