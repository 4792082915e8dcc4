#include "control/reports.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "control/guest_rules.h"
#include "control/sense.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

std::string integration_text(const VmRecord& vm) {
  if (vm.guest && vm.guest->state().service != Service::Absent) {
    const GuestState& guest = vm.guest->state();
    return guest.agent_version.empty() ? "service" : "service " + guest.agent_version;
  }
  return vm.mind.source == Source::BalloonStats ? "balloon statistics" : "none";
}

std::string devices_text(const MachineFacts& facts) {
  std::string text;
  const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
  for (const std::string& device : facts.devices) add(device);
  if (facts.agent_socket) add("service port");
  if (!facts.manager_note.empty()) add(facts.manager_note);
  return text.empty() ? "none" : text;
}

std::string id(Setting setting) { return std::string(setting_id(setting)); }

void add_guest_numbers(VmReport& out, const VmRecord& vm, TimePoint now) {
  if (vm.mind.sampled_at != TimePoint{}) out.sample_age_s = std::max(0.0, seconds(now - vm.mind.sampled_at));
  if (vm.mind.source == Source::None) return;
  const GuestSample& s = vm.mind.sample;
  out.sample = s;
  out.visible = s.total;
  // Its own task manager shows it with what the balloon holds.
  const bool whole = vm.guest && vm.guest->state().balloon_in_total && vm.guest->state().sample;
  if (whole && is_service(vm.mind.source)) out.visible = vm.guest->state().sample->total;
  out.available = s.available;
  if (s.swap_total && s.swap_free) out.swap_used = std::max(Bytes{}, *s.swap_total - *s.swap_free);
  out.swap_in_pages = s.swap_in_pages;
  out.swap_out_pages = s.swap_out_pages;
  out.oom_kills = s.oom_kills_of_guest();
  out.oom_kills_in_limits = s.oom_kills_in_limits;
}

}  // namespace

VmReport report_of(const VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  VmReport out;
  out.name = vm.name;
  out.limits = vm.limits;
  out.settings = vm.settings;
  out.status = vm.status;
  out.note = vm.note;
  out.resident = vm.resident;
  out.committed = committed_of(vm);
  out.integration = integration_text(vm);
  if (vm.guest) {
    const GuestState& guest = vm.guest->state();
    out.os = guest.os;
    if (guest.system != GuestSystem{}) out.guest = guest.system;
    out.guest_row = vm.standing.row;
    out.guest_remedy = vm.standing.remedy;
  }
  out.grows = vm.grows;
  out.shrinks = vm.shrinks;
  out.added = vm.added;
  out.removed = vm.removed;
  out.refusals = vm.refusals;
  out.reboots = vm.seen_resets;
  out.peak_assigned = vm.peak_assigned;
  if (vm.demand_since) {
    out.peak_demand = vm.peak_demand;
    out.watched_s = seconds(now - *vm.demand_since);
  }
  add_guest_numbers(out, vm, now);
  if (!facts.known) return out;
  out.devices = devices_text(facts);
  out.assigned = facts.assigned();
  if (facts.target_known) out.target = facts.target();
  if (vm.mind.demand && vm.mind.source != Source::None) {
    out.demand = vm.mind.demand->demand;
    out.wanted = wanted(view_of(vm, now));
    if (facts.assigned() > Bytes{}) {
      out.pressure_percent = 100.0 * static_cast<double>(vm.mind.demand->demand.count()) /
                             static_cast<double>(facts.assigned().count());
    }
  }
  return out;
}

VmExam exam_of(const VmRecord& vm, TimePoint now) {
  VmExam out;
  out.report = report_of(vm, now);
  out.facts = vm.facts();
  out.driver = vm.id.driver;
  if (vm.guest) {
    const GuestState& guest = vm.guest->state();
    out.service = guest.service;
    out.service_note = guest.note;
    out.service_unread = guest.unread;
    out.agent_version = guest.agent_version;
    out.complaint = guest.complaint;
  }
  out.offline = vm.mind.offline;
  out.standing = vm.standing;
  out.limited_by_guest = vm.limited_by_guest ? guest_note(vm) : "";
  out.stepped_back = vm.stepped_back;
  if (vm.twin) out.counted_as = vm.twin->name;
  out.left_for_minimum = vm.left_for_minimum;
  out.refused = vm.waits && vm.refused;
  out.shrink_stalled = vm.stall.shrink_stalled();
  out.growth_stalled = vm.stall.grow_stalled();
  return out;
}

VmReport report_of_settings(const std::string& name, const Settings& settings, const VmRecord* running,
                            TimePoint now) {
  VmReport out;
  if (running) out = report_of(*running, now);
  out.name = name;
  out.settings = settings;
  const bool known = running && running->facts().known;
  out.limits =
      known ? resolve(settings, running->facts().base, running->facts().maximum()) : as_written(settings);
  if (known) limit_by_guest(*running, out.limits);
  if (running) return out;
  out.status = Status::Off;
  out.note = "not running; its settings wait for it";
  return out;
}

Result<void> check_settings(const std::string& name, const Settings& after, const Settings& change,
                            const MachineFacts* facts) {
  if (!is_vm_name(name)) {
    return fail(Error::Kind::Invalid,
                fmt::format("'{}' is not a valid VM name; use {}", printable(name, 64), kVmNameRule));
  }
  if (Result<void> ok = validate(after); !ok) return ok;
  if (!facts) return {};
  if (change.maximum && *change.maximum > facts->maximum()) {
    return fail(
        Error{Error::Kind::Invalid,
              fmt::format(
                  "maximum {} is above what the devices of '{}' allow, {}; start it with the arguments that "
                  "`aerostat qemu-args` prints for a larger maximum",
                  format_bytes(*change.maximum), name, format_bytes(facts->maximum())),
              id(Setting::Maximum)});
  }
  if (change.mode == Mode::Dynamic && !facts->can_change) {
    return fail(Error{Error::Kind::Refused,
                      fmt::format("'{}' has no device that could change its memory; "
                                  "`aerostat qemu-args` prints what it needs",
                                  name),
                      id(Setting::Mode)});
  }
  // Defaults depend on the VM: a maximum below its boot memory leaves no room for startup.
  const Bytes startup = after.startup.value_or(facts->base);
  if (after.maximum && *after.maximum < startup) {
    return fail(Error{Error::Kind::Invalid,
                      fmt::format("maximum {} is below startup {}; the rule is minimum <= startup <= maximum",
                                  format_bytes(*after.maximum), format_bytes(startup)),
                      id(Setting::Maximum)});
  }
  if (after.minimum && *after.minimum > startup) {
    return fail(Error{Error::Kind::Invalid,
                      fmt::format("minimum {} is above startup {}; the rule is minimum <= startup <= maximum",
                                  format_bytes(*after.minimum), format_bytes(startup)),
                      id(Setting::Minimum)});
  }
  return {};
}

}  // namespace aerostat
