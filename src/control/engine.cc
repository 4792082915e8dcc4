#include "control/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/guest_rules.h"
#include "control/sense.h"
#include "model/memory_block.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

// A VM that stays short is refused at each pass. That is reported and counted once.
constexpr Duration kOneRefusal = std::chrono::seconds(5);

}  // namespace

Engine::Engine(EngineOptions options, const Clock& clock, HostSensor& host, SettingsKeeper& settings,
               GuestLinkMaker& guests, HeldBook& held, EngineHooks hooks)
    : options_(std::move(options)),
      clock_(clock),
      host_(host),
      settings_(settings),
      guests_(guests),
      held_(held),
      hooks_(std::move(hooks)),
      books_(options_.capacity, options_.reserve),
      paused_(options_.paused_since.has_value()),
      paused_since_(options_.paused_since) {
  if (!options_.guards.reservations) books_.ignore_reservations();
  host_has_ = host_.memory().total;
  spare_ = kMostOfOneClaim;  // nobody has looked yet, so it is no reason
  recall_held();
  recall_starts();
  // Nobody follows events yet.
  if (paused_)
    journal_.event(
        hooks_.wall_now(), EventCode::ManagerPaused, "",
        std::string("it was paused before it was started: no VM is asked to change until it is resumed"));
}

Engine::~Engine() = default;

void Engine::event(EventCode code, const std::string& vm, EventDetail detail, const std::string& by) {
  journal_.event(hooks_.wall_now(), code, vm, std::move(detail), by);
  if (hooks_.new_events) hooks_.new_events();
}

// --- reports of VMs and guests ---

void Engine::machine_appeared(Machine& machine) {
  if (find(machine.id())) machine_vanished(machine.id(), "its driver shows it anew");
  auto record = std::make_unique<VmRecord>();
  record->id = machine.id();
  record->name = id_text(record->id);  // until it is known who else shows its name
  record->display = shown_name(machine.name());
  record->machine = &machine;
  record->host_has = &host_has_;
  record->profile = &options_.profile;
  record->guards = &options_.guards;
  record->appeared_at = record->starting_since = clock_.now();
  VmRecord& vm = *record;
  by_id_[vm.id] = &vm;
  vms_[vm.name] = std::move(record);
  call_by_name(vm.display);
  vm.settings = settings_.settings(label_of(vm));
  vm.claim = &books_.open({vm.name, vm.display, name_at_driver(vm.display, vm.id), id_text(vm.id)});
  seen_.insert(vm.display);
  fair_.reset();
  event(EventCode::VmAppeared, vm.name);
  machine_changed(vm.id);
}

void Engine::machine_changed(const VmId& id) {
  VmRecord* const vm = find(id);
  if (!vm) return;
  const Bytes reclaimed = reclaimed_;
  refresh(*vm, clock_.now());
  // Memory came back: another VM may be waiting for it.
  if (reclaimed_ > reclaimed && !paused_ && somebody_waits_) hooks_.pass_wanted();
}

// A VM whose monitor has gone may run on. Then its memory stays counted until its process ends, or the
// monitor is back.
void Engine::machine_vanished(const VmId& id, const std::string& why) {
  VmRecord* const vm = find(id);
  if (!vm) return;
  const std::string name = vm->name, display = vm->display;
  const bool shut_down = vm->facts().run_state == RunState::ShutDown;
  leave_process(*vm, committed_of(*vm));
  books_.close(*vm->claim);
  by_id_.erase(id);
  vms_.erase(name);
  fair_.reset();
  journal_.forget_decisions(name);
  event(EventCode::VmVanished, name, shut_down ? "the guest was shut down" : why);
  call_by_name(display);
}

void Engine::monitor_ignored(const std::string& place, const std::string& why) {
  event(EventCode::VmIgnored, "", tells::Ignored{place, why});
}

void Engine::guest_spoke(const VmId& id) {
  VmRecord* const found = find(id);
  if (!found) return;
  VmRecord& vm = *found;
  const TimePoint now = clock_.now();
  refresh(vm, now);
  if (!vm.movable || paused_) return;
  const VmView view = view_of(vm, now);
  if (!lacks(view) && vm.guest) vm.reaction.has_enough(vm.guest->state());
  if (!view.demand || view.target >= most_of(view)) return;
  if (view.target >= low_line(view) && view.rescue == Bytes{}) return;
  if (!grow_alone(vm, view, now)) hooks_.pass_wanted();
}

// Updates one record from its machine and its guest.
void Engine::refresh(VmRecord& vm, TimePoint now) {
  const Status before = vm.status;
  const std::string note_before = vm.note;
  const std::uint64_t resets = vm.seen_resets;
  const bool heard_before = vm.last_assigned > Bytes{};
  follow_process(vm);
  follow_guest(vm, options_.guests, options_.version);
  reclaimed_ += follow_machine(vm, now);
  if (vm.facts().known && !std::exchange(vm.heard, true)) books_.known(*vm.claim);
  if (vm.heard && !options_.memories.empty()) recall_memory(vm);
  watch_other_hand(vm);
  vm.machine->manage(vm.facts().known && vm.limits.mode == Mode::Dynamic);
  const MachineFacts& facts = vm.facts();
  if (vm.seen_resets != resets && heard_before) rebooted(vm);
  if (facts.known && facts.agent_socket && (!vm.guest || vm.guest_socket != *facts.agent_socket)) {
    vm.guest_socket = *facts.agent_socket;
    vm.guest = guests_.make(vm.id, vm.name, {vm.guest_socket, facts.pid}, *this);
  }
  vm.profile = vm.guest ? &options_.profile : &by_statistics_;
  // Anew each time: a DIMM may have been added.
  if (vm.guest && facts.known) vm.guest->set_most_visible(facts.maximum() + facts.withheld);
  const std::uint64_t ooms = vm.mind.ooms;
  take_sample(vm, now);
  watch_need(vm, now);
  if (vm.mind.ooms != ooms) event(EventCode::VmOom, vm.name, oom_text(vm));
  if (vm.guest) {
    if (auto reaction = vm.reaction.look(facts, vm.guest->state())) {
      reaction->vm = vm.name;
      journal_.reaction(*std::move(reaction));
    }
  }
  judge(vm, now);
  stop_taking(vm);
  count(vm);
  tell_status(vm, before, note_before);
}

// Two managers of one VM work against each other. Its owner decides which one it is.
void Engine::watch_other_hand(VmRecord& vm) {
  const MachineFacts& facts = vm.facts();
  const bool meddled = facts.meddlings != std::exchange(vm.seen_meddlings, facts.meddlings);
  if (!meddled || !options_.guards.other_hand || vm.limits.mode == Mode::Static) return;
  vm.stepped_back = facts.meddled;
  vm.limits.mode = Mode::Static;
  event(EventCode::VmMeddled, vm.name,
        facts.meddled + "; left alone until `aerostat set` changes its settings");
}

// Nobody can tell any more whether a running shrink hurts.
void Engine::stop_taking(VmRecord& vm) {
  const MachineFacts& facts = vm.facts();
  if (!vm.lost || vm.lost->stopped || !options_.guards.give_back || paused_) return;
  if (vm.limits.mode == Mode::Static || facts.link != Link::Up) return;
  vm.lost->stopped = true;
  const Bytes to = vm.machine->reachable(facts.assigned());
  if (to <= facts.target()) return;
  vm.machine->set_target(to);
  journal_.result(vm.name, "nobody reports of the guest any more: what was not yet taken is not taken");
}

// A reset takes the balloon and hot-added memory away. But QEMU keeps the requested sizes, and the guest's
// drivers would restore them during the boot. Until the VM reports what it needs, its target is its boot
// memory.
void Engine::rebooted(VmRecord& vm) {
  event(EventCode::VmRebooted, vm.name);
  vm.reaction = {};
  vm.objection = {};
  vm.prepare_asked_at.reset();
  // Another system may boot from its disk.
  vm.standing = {};
  vm.limited_by_guest = false;
  if (vm.guest) vm.guest->guest_reset();
  if (!options_.guards.reboots || paused_ || vm.limits.mode == Mode::Static || vm.facts().link != Link::Up)
    return;
  vm.machine->set_target(vm.machine->reachable(vm.facts().base));
}

void Engine::tell_status(VmRecord& vm, Status before, const std::string& note_before) {
  if (vm.status == before && (vm.note == note_before || vm.movable)) return;
  event(EventCode::VmStatus, vm.name, tells::StatusChange{before, vm.status, vm.note});
}

// --- the pass ---

void Engine::pass() {
  ++passes_;
  const TimePoint now = clock_.now();
  const HostMemory host = host_.memory();
  if (host.total) host_has_ = host.total;
  for (auto& [name, vm] : vms_) {
    look_at_process(*vm, now);
    watch_stall(*vm, now);
    refresh(*vm, now);
  }
  bury_orphans(now);
  const Bytes spare = spare_physical(host.available, now);
  advance_starts(spare, now);
  const HostView view = look(spare, now);
  check_commitment(now);
  if (!paused_) decide(view, now);
  watch_minimums();
  remember_held();
  remember_vms();
  journal_.settle(hooks_.wall_now());
}

void Engine::decide(const HostView& view, TimePoint now) {
  fair_ = fair_pool(view);
  somebody_waits_ = false;
  const Bytes free = view.free();
  std::vector<Ruling> rulings = rule_on(view, plan(view, now), options_.guards.rails, &*fair_);
  for (Ruling& ruling : rulings) {
    if (!ruling.place) {
      tell_astray(ruling);
      continue;
    }
    VmRecord& vm = *records_[*ruling.place];
    const VmView& seen = view.vms[*ruling.place];
    const Outcome outcome = act(vm, ruling, now);
    note_decision(vm, seen, {std::move(ruling), outcome}, free);
  }
  for (std::size_t i = 0; i < records_.size(); ++i) {
    prepare_to_grow(*records_[i], view.vms[i]);
    tell_guest(*records_[i], view.vms[i]);
  }
}

// A fault of the policy that would recur in each pass.
void Engine::tell_astray(const Ruling& ruling) {
  if (std::exchange(told_astray_, true)) return;
  event(EventCode::ManagerPlan, "",
        fmt::format(
            "the policy plans for VM {} of {}, and {}: nothing is done about it, and it is not told again",
            ruling.wish.place, records_.size(), clause(ruling.cuts.front())));
}

// As soon as it costs the guest nothing, until it has room. In want it hardly can.
void Engine::prepare_to_grow(VmRecord& vm, const VmView& view) {
  if (!view.movable || !view.demand || view.distress || view.stalled || view.keeps) return;
  if (!guest_can_grow(vm)) return;
  const MachineFacts& facts = vm.facts();
  if (view.assigned != view.target || facts.target() != view.target || !facts.price_of_room) return;
  if (view.assigned - *view.demand - *facts.price_of_room < kRoomInBlock) return;
  vm.machine->prepare_to_grow();
}

// All VMs were counted just now, when they were refreshed.
HostView Engine::look(Bytes spare, TimePoint now) {
  HostView view = books_.view();
  view.spare_physical = spare;
  records_.clear();
  view.vms.reserve(vms_.size());
  for (const auto& [name, vm] : vms_) {
    records_.push_back(vm.get());
    view.vms.push_back(view_of(*vm, now));
    VmView& v = view.vms.back();
    // What a guest shows while it boots does not measure its need.
    v.rest = rest(vm->mind, v, !boots(*vm, now), *vm->profile);
  }
  return view;
}

void Engine::watch_stall(VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  if (!options_.guards.stall_monitor || paused_ || !facts.known || facts.link != Link::Up ||
      vm.limits.mode == Mode::Static)
    return;
  if (!facts.target_known) return;
  // The hypervisor keeps its devices still: that is no guest's failure.
  if (facts.migrating && vm.stall.changing()) {
    vm.stall.progress_at = now;
    return;
  }
  const StallStep step = watch_progress(vm.stall, facts.target(), facts.due(), now);
  const bool was_growing = vm.stall.phase == StallState::Phase::Growing;
  const bool settled = vm.stall.changing() && step.state.phase == StallState::Phase::Settled;
  vm.stall = step.state;
  if (settled) {
    const auto since = was_growing ? vm.mind.grew_at : vm.mind.shrank_at;
    journal_.result(vm.name, fmt::format("reached {} after {:.1f} s", format_bytes(facts.assigned()),
                                         since ? seconds(now - *since) : 0.0));
  }
  if (!step.give_up) return;
  const EventCode code = vm.stall.shrink_stalled() ? EventCode::VmStalled : EventCode::VmGrowthStalled;
  const tells::StaysAt told{facts.target(), facts.assigned()};
  journal_.result(vm.name, event_text({0, {}, code, vm.name, told}));
  event(code, vm.name, told);
  vm.machine->set_target(vm.machine->reachable(facts.assigned()));
}

Outcome Engine::act(VmRecord& vm, const Ruling& ruling, TimePoint now) {
  const Bytes target = vm.facts().target();
  const Bytes granted = ruling.granted;
  if (granted == ruling.from) return {Outcome::Kind::Stays, ruling.from};
  Bytes to = vm.machine->reachable(granted);
  // Never below the decision: a balloon moves in whole MiB, from whatever the VM booted with.
  if (ruling.shrinks() && to < granted) to = vm.machine->reachable(granted + Bytes::mib(1));
  const bool as_meant = ruling.grows() ? to > target : to < target && to >= granted;
  if (!as_meant) return {Outcome::Kind::TooFine, ruling.from};
  if (ruling.shrinks() && !prepared(vm, ruling, now)) return {Outcome::Kind::Preparing, ruling.from};
  const bool in_want = lacks(view_of(vm, now));
  vm.machine->set_target(to);
  count(vm);
  ordered(vm, ruling, to, in_want, now);
  return {Outcome::Kind::Ordered, to};
}

// What is remembered of an order.
void Engine::ordered(VmRecord& vm, const Ruling& ruling, Bytes to, bool in_want, TimePoint now) {
  tell(vm.mind, ruling.wish, ruling.from, to, options_.guards.learned_floor, now);
  if (!ruling.grows()) {
    ++vm.shrinks;
    return;
  }
  ++vm.grows;
  if (!vm.guest) return;
  // A growth that waited for memory measures the speed of others, not of this daemon. One that the guest did
  // not need measures nothing.
  if (in_want && !vm.waits) vm.reaction.commanded(vm.guest->state(), clock_.now(), hooks_.wall_now());
  vm.guest->expect_growth(to);
}

void Engine::note_decision(VmRecord& vm, const VmView& view, Decision decision, Bytes host_free) {
  const Wish& wish = decision.ruling.wish;
  const Rule rule = decision.rule();
  const bool moved = decision.grows() || decision.shrinks();
  const bool refused = rule == Rule::Refused;
  if (refused) {
    const TimePoint now = clock_.now();
    const bool first = !vm.refused_at || now - *vm.refused_at > kOneRefusal;
    vm.refused_at = now;
    if (first) {
      ++vm.refusals;
      event(EventCode::VmRefused, vm.name, decision);
    }
  }
  if (moved) event(decision.grows() ? EventCode::VmGrow : EventCode::VmShrink, vm.name, decision);
  vm.waits = decision.to() < wish.desired && (rule == Rule::Waiting || refused || decision.grows());
  vm.refused = vm.waits && wish.because != Because::BeingFreed;
  somebody_waits_ = somebody_waits_ || vm.waits;
  DecisionRecord record;
  record.at = hooks_.wall_now();
  record.vm = vm.name;
  record.assigned = view.assigned;
  record.demand = view.demand;
  if (view.demand) record.wanted = wish.numbers.wanted.sum();
  record.host_free = host_free;
  if (moved) record.result = "under way";
  const Objection& objection = vm.objection;
  // A program that was asked again may agree by now.
  const bool refuses = vm.guest && !vm.guest->state().refusal.empty();
  if (decision.shrinks() && objection.overruled && objection.counts(clock_.now()) && refuses)
    record.result += "; others lack memory, so this is overruled: " + objection.why;
  if (!moved && objection.keeps)
    record.result = "a program in the guest refuses, others are asked first: " + objection.why;
  record.decision = std::move(decision);
  journal_.decision(std::move(record));
}

void Engine::tell_guest(VmRecord& vm, const VmView& view) {
  if (!vm.guest || !vm.movable || !is_service(vm.mind.source)) return;
  vm.guest->set_low_mark(low_mark(view));
}

}  // namespace aerostat
