// The engine and its books: it counts VMs, follows their processes, and reports violations of law 1.
#include <fmt/format.h>

#include <algorithm>

#include "control/engine.h"
#include "control/sense.h"

namespace aerostat {

// Changes by QEMU or the guest count from the moment of a query.
void Engine::count(const VmRecord& vm) const {
  books_.count(*vm.claim, committed_of(vm), vm.resident.value_or(Bytes{}), least_of(vm));
}

void Engine::count_all() const {
  for (const auto& [name, vm] : vms_) count(*vm);
}

// An unknown VM may be one that an earlier daemon had counted.
void Engine::recall_held() {
  if (!options_.guards.orphans) return;
  for (HeldBook::Entry& each : held_.recall())
    books_.add_orphan({std::move(each.vm), each.process, each.committed, clock_.now(), false});
}

// With certainty. A process that has ended but was not yet waited for by its parent is still listed, with
// nothing resident.
bool Engine::has_ended(const ProcessId& process) const {
  const auto memory = host_.memory_of(process.pid);
  if (!memory) return memory.error() == Missing::Gone;
  if (memory->resident == Bytes{}) return true;
  const auto started = host_.started(process.pid);
  return started && process.started && *started != *process.started;
}

// Determines the VM's process, its earlier counted size, and whether another VM shows the same process.
void Engine::follow_process(VmRecord& vm) {
  const auto pid = vm.facts().pid;
  if (!pid) return;
  if (vm.process && vm.process->pid == *pid) {
    if (vm.twin && vm.facts().known && !vm.twin->facts().known) speak_for_process(vm);
    return;
  }
  leave_process(vm, committed_of(vm));
  const auto started = host_.started(*pid);
  vm.process = ProcessId{*pid, started ? std::optional(*started) : std::nullopt};
  VmRecord*& spokesman = by_pid_[*pid];
  // Another process had that pid, if its VM was not yet seen to be gone.
  if (spokesman && spokesman->process->may_be(*vm.process)) {
    vm.twin = spokesman;
    return;
  }
  spokesman = &vm;
  if (const auto orphan = books_.take_orphan(*vm.process)) vm.counted = orphan->amount;
}

// Of all VMs that show its process, this one reports: it is the one to manage.
void Engine::speak_for_process(VmRecord& vm) {
  by_pid_[vm.process->pid] = &vm;
  vm.twin = nullptr;
  for (const auto& [name, each] : vms_) {
    if (each.get() != &vm && each->process && each->process->may_be(*vm.process)) each->twin = &vm;
  }
}

// The VM no longer shows it. If no other VM does and it runs on, its memory stays counted.
void Engine::leave_process(VmRecord& vm, Bytes committed) {
  if (!vm.process) return;
  const ProcessId process = *vm.process;
  const bool spoke_for_it = !vm.twin;
  vm.process.reset();
  vm.twin = nullptr;
  vm.resident.reset();
  vm.swapped.reset();
  vm.last_resident = vm.counted = vm.remembered = {};
  if (!spoke_for_it) return;
  const auto spokesman = by_pid_.find(process.pid);
  if (spokesman != by_pid_.end() && spokesman->second == &vm) by_pid_.erase(spokesman);
  for (const auto& [name, each] : vms_) {
    if (each.get() == &vm || !each->process || !each->process->may_be(process)) continue;
    each->counted = committed;
    speak_for_process(*each);
    return;
  }
  if (!options_.guards.orphans || committed == Bytes{} || has_ended(process)) return;
  const bool shut_down = vm.facts().run_state == RunState::ShutDown;
  books_.add_orphan({vm.name, process, committed, clock_.now(), true});
  if (!shut_down) tell_of_orphan(books_.orphans().back());
}

void Engine::tell_of_orphan(const OrphanClaim& orphan) {
  event(EventCode::VmOrphaned, orphan.owner, tells::RunsOn{orphan.process.pid, orphan.amount});
}

// Reading /proc is most of a pass. While a VM is at rest, what its guest touches lowers both the kernel's
// available memory and what is promised but untouched: with an older look less seems to be spare, never more.
void Engine::look_at_process(VmRecord& vm, TimePoint now) {
  constexpr Duration kLookAtRest = std::chrono::seconds(1);
  if (!vm.process) return;
  const MachineFacts& facts = vm.facts();
  // Of a guest that is in want, not believed or not heard, the host's own word counts at once.
  const bool calm = vm.status == Status::Ok || vm.status == Status::Static;
  const bool at_rest = calm && vm.resident && facts.at_rest() && !facts.giving;
  if (at_rest && now - vm.looked_at < kLookAtRest) return;
  vm.looked_at = now;
  const auto memory = host_.memory_of(vm.process->pid);
  vm.resident = memory ? std::optional(memory->resident) : std::nullopt;
  vm.swapped = memory ? memory->swapped : std::nullopt;
  if (memory) vm.last_resident = memory->resident;
  if (vm.process->started) return;
  if (const auto started = host_.started(vm.process->pid)) vm.process->started = *started;
}

void Engine::bury_orphans(TimePoint now) {
  std::vector<ProcessId> ended;
  for (const OrphanClaim& each : books_.orphans()) {
    if (has_ended(each.process)) ended.push_back(each.process);
  }
  for (const ProcessId& each : ended) {
    const auto orphan = books_.take_orphan(each);
    if (orphan && orphan->told) event(EventCode::VmEnded, orphan->owner);
  }
  for (const OrphanClaim& each : books_.untold_orphans(now - kMonitorWait)) tell_of_orphan(each);
}

void Engine::remember_held() {
  bool changed = books_.orphans() != remembered_orphans_ || vms_.size() != remembered_vms_;
  for (const auto& [name, vm] : vms_) {
    const Bytes now = committed_of(*vm);
    changed = changed || now != vm->remembered;
    vm->remembered = now;
  }
  if (!changed) return;
  remembered_vms_ = vms_.size();
  remembered_orphans_ = books_.orphans();
  HeldBook::All all;
  for (const OrphanClaim& each : books_.orphans()) all.push_back({each.owner, each.process, each.amount});
  for (const auto& [name, vm] : vms_) {
    if (vm->process && !vm->twin) all.push_back({name, *vm->process, vm->remembered});
  }
  held_.remember(all);
}

// Until a monitor had time to speak, its VM counts with the most it may hold, and QEMU's own memory with it.
// Nothing is granted against that; but no fact says that law 1 is broken.
bool Engine::guesses(TimePoint now) const {
  return std::ranges::any_of(vms_, [now](const auto& each) {
    const VmRecord& vm = *each.second;
    return !vm.twin && has_time_to_speak(vm, now);
  });
}

void Engine::check_commitment(TimePoint now) {
  if (guesses(now)) return;
  books_.mark_peak();
  const bool over = books_.over() > Bytes{};
  if (over) ++over_committed_passes_;
  if (over && !over_committed_) {
    event(EventCode::HostOverCommitted, "", tells::Beyond{books_.committed(), books_.over()});
  }
  if (!over && over_committed_) event(EventCode::HostRecovered, "");
  over_committed_ = over;
}

Bytes Engine::spare_physical(std::optional<Bytes> available, TimePoint now) {
  const bool before = kernel_.unreadable();
  const Bytes spare = kernel_.spare(available, books_, options_.physical_margin, now);
  if (kernel_.unreadable() && !before) event(EventCode::HostUnreadable, "");
  if (!kernel_.unreadable() && before) event(EventCode::HostReadable, "");
  return spare;
}

// A minimum that cannot be given is reported as long as that lasts.
void Engine::watch_minimums() {
  for (const auto& [name, vm] : vms_) {
    vm->left_for_minimum.reset();
    if (!vm->movable || vm->facts().target() >= vm->limits.minimum) continue;
    const Bytes left = books_.left_beside(*vm->claim);
    if (vm->waits || left < vm->limits.minimum) vm->left_for_minimum = left;
  }
}

}  // namespace aerostat
