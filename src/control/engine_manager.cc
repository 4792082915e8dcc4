// The engine's other face: requests of people and programs.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"
#include "control/engine.h"
#include "control/guest_rules.h"
#include "control/reports.h"
#include "control/sense.h"

namespace aerostat {

namespace {

// What would be ruled on one VM now, had it these limits.
std::optional<Ruling> ruling_with(HostView view, std::size_t place, const Limits& limits,
                                  const EngineOptions& options) {
  view.vms[place].limits = limits;
  const FairPool fair = fair_pool(view);
  const auto rulings = rule_on(view, options.plan(view), options.guards.rails, &fair);
  const auto found = std::ranges::find(rulings, place, &Ruling::place);
  return found == rulings.end() ? std::nullopt : std::optional(*found);
}

}  // namespace

void Engine::reconfigure(Bytes capacity, Bytes reserve, const Profile& profile) {
  options_.profile = profile;
  by_statistics_ = by_statistics(profile);
  books_.set_budget(capacity, reserve);
  for (auto& [name, vm] : vms_) {
    vm->settings = settings_.settings(label_of(*vm));
    refresh(*vm, clock_.now());
    withdraw_if_static(*vm);
  }
  event(EventCode::ManagerReconfigured, "", tells::Budget{capacity, reserve});
  hooks_.pass_wanted();
}

void Engine::settings_changed(const VmId& id) {
  VmRecord* const vm = find(id);
  if (!vm) return;
  const Settings before = std::exchange(vm->settings, settings_.settings(label_of(*vm)));
  if (vm->settings == before) return;
  vm->stepped_back.clear();
  event(EventCode::VmSettings, vm->name, std::string("its settings were changed where they are kept"));
  refresh(*vm, clock_.now());
  withdraw_if_static(*vm);
  hooks_.pass_wanted();
}

// A VM that was made static stays as it is now. What it was asked for and has not reached is no longer
// promised.
void Engine::withdraw_if_static(VmRecord& vm) {
  const MachineFacts& facts = vm.facts();
  const bool ours = vm.grows + vm.shrinks > 0 || facts.ordered;
  const bool under_way = facts.known && ours && facts.target() != facts.due();
  if (vm.limits.mode == Mode::Static && under_way && vm.stepped_back.empty())
    vm.machine->set_target(vm.machine->reachable(facts.assigned()));
}

HostReport Engine::host() const {
  count_all();
  HostReport out;
  out.version = options_.version;
  out.paused = paused_;
  out.paused_since = paused_since_;
  out.note = pause_note_;
  out.capacity = books_.capacity();
  out.reserve = books_.reserve();
  out.committed = books_.committed();
  out.reserved = books_.reserved();
  out.committed_peak = std::max(books_.peak(), out.committed);
  out.free = books_.free();
  const HostMemory memory = host_.memory();
  out.host_available = memory.available;
  out.host_total = memory.total;
  out.vms = vms_.size();
  out.passes = passes_;
  out.over_committed = books_.over();
  out.over_committed_passes = over_committed_passes_;
  out.late_ticks = late_ticks_;
  out.reclaimed = reclaimed_;
  return out;
}

std::vector<VmReport> Engine::vms() const {
  std::vector<VmReport> out;
  out.reserve(vms_.size());
  for (const auto& [name, vm] : vms_) out.push_back(report_of(*vm, clock_.now()));
  return out;
}

std::vector<VmExam> Engine::exams() const {
  std::vector<VmExam> out;
  out.reserve(vms_.size());
  for (const auto& [name, vm] : vms_) out.push_back(exam_of(*vm, clock_.now()));
  return out;
}

std::vector<VmReport> Engine::vms_off() const {
  std::vector<VmReport> out;
  for (const std::string& name : settings_.names()) {
    const bool runs =
        std::ranges::any_of(by_id_, [&](const auto& each) { return each.second->display == name; });
    if (!runs && !spoken_of(name))
      out.push_back(report_of_settings(name, settings_.settings({name}), nullptr, clock_.now()));
  }
  return out;
}

// VMs that run, and VMs that have settings.
std::vector<std::string> Engine::known_names() const {
  std::vector<std::string> out = settings_.names();
  for (const auto& [name, vm] : vms_) out.push_back(name);
  return out;
}

Result<VmReport> Engine::vm(const std::string& name) const {
  const VmRecord* const found = spoken_of(name);
  return found ? Result<VmReport>(report_of(*found, clock_.now())) : fail(nobody_called(name));
}

Result<std::vector<DecisionRecord>> Engine::explain(const std::string& name, std::size_t most) const {
  const VmRecord* const found = spoken_of(name);
  if (!found) return fail(nobody_called(name));
  return journal_.decisions(found->name, most);
}

void Engine::pause(const std::string& by) {
  if (paused_) return;
  event(EventCode::ManagerPaused, "", {}, by);
  paused_ = true;
  paused_since_ = hooks_.wall_now();
  keep_pause();
}

void Engine::keep_pause() {
  const Result<void> kept = hooks_.keep_pause ? hooks_.keep_pause(paused_) : Result<void>{};
  pause_note_ = kept ? "" : kept.error().message;
  if (!kept) log_warn("event=manager.pause note={}", log_text(pause_note_));
}

void Engine::resume(const std::string& by) {
  if (!paused_) return;
  paused_ = false;
  paused_since_.reset();
  keep_pause();
  for (auto& [name, vm] : vms_) vm->reaction = {};  // their shortage lasts longer than our actions
  event(EventCode::ManagerResumed, "", {}, by);
  hooks_.pass_wanted();
}

void Engine::token_changed(EventCode what, const tells::OfToken& token, const std::string& by) {
  event(what, "", token, by);
}

void Engine::set(const std::string& asked, const SettingsChange& change, bool dry_run, const std::string& by,
                 Answer answer) {
  const VmRecord* const running = spoken_of(asked);
  if (!running) {
    if (auto several = several_called(asked)) return answer(fail(*std::move(several)));
  }
  const std::string name = running ? running->name : asked;
  const VmLabel label = running ? label_of(*running) : VmLabel{name};
  const Settings after = settings_.settings_after(label, change);
  const MachineFacts* const facts = running && running->facts().known ? &running->facts() : nullptr;
  if (Result<void> ok = check_settings(name, after, change.to, facts); !ok) return answer(fail(ok.error()));
  if (Result<void> ok = settings_.may_keep(label, change); !ok) return answer(fail(ok.error()));
  if (dry_run) {
    VmReport out = report_of_settings(name, after, running, clock_.now());
    out.warnings = warnings(name, out);
    // What would happen at once: the policy and the rails, tried on what a pass would see now.
    if (running && !paused_ && running->movable && out.limits.mode == Mode::Dynamic) {
      const TimePoint now = clock_.now();
      const HostView view = look(spare_physical(host_.memory().available, now), now);
      const auto place = static_cast<std::size_t>(std::ranges::find(records_, running) - records_.begin());
      if (const auto ruling = ruling_with(view, place, out.limits, options_)) {
        out.wanted = ruling->wish.numbers.wanted.sum();
        if (ruling->granted != ruling->from) out.target = running->machine->reachable(ruling->granted);
      }
    }
    return answer(std::move(out));
  }
  settings_.keep(label, change, [this, label, change, by, answer = std::move(answer)](Result<void> kept) {
    if (!kept) return answer(fail(std::move(kept.error())));
    answer(changed(label, change, by));
  });
}

// The VM may have come, gone or got another name since it was asked for.
VmReport Engine::changed(const VmLabel& label, const SettingsChange& change, const std::string& by) {
  const VmRecord* const found = label.id ? find(*label.id) : spoken_of(label.name);
  VmRecord* const running = found ? find(found->id) : nullptr;
  const std::string name = running ? running->name : label.name;
  event(EventCode::VmSettings, name, change, by);
  VmReport out;
  if (running) {
    running->settings = settings_.settings(label_of(*running));
    running->stepped_back.clear();
    refresh(*running, clock_.now());
    withdraw_if_static(*running);
    hooks_.pass_wanted();
    out = report_of(*running, clock_.now());
  } else {
    out = report_of_settings(name, settings_.settings(label), nullptr, clock_.now());
  }
  out.warnings = warnings(name, out);
  return out;
}

// Warnings about a change that was just made, or would be.
std::vector<std::string> Engine::warnings(const std::string& name, const VmReport& after) const {
  const Limits& limits = after.limits;
  std::vector<std::string> out;
  if (!vms_.contains(name) && !seen_.contains(name)) {
    out.push_back(fmt::format("no VM named '{}' was seen since aerostatd started; the settings wait for it{}",
                              name, did_you_mean(name, known_names())));
  }
  count_all();
  const Bytes left = books_.left_for(name);
  if (limits.mode == Mode::Dynamic && limits.minimum > left)
    out.push_back(minimum_text(limits.minimum, left));
  const auto running = vms_.find(name);
  if (running != vms_.end() && running->second->limited_by_guest && after.settings.maximum > limits.maximum)
    out.push_back(guest_note(*running->second));
  return out;
}

}  // namespace aerostat
