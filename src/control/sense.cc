#include "control/sense.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "control/guest_rules.h"
#include "control/unheard.h"
#include "model/memory_block.h"
#include "policy/status.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {

namespace {

void begin_life(VmRecord& vm, TimePoint now) {
  vm.starting = true;
  vm.starting_since = now;
  forget_guest(vm.mind);
  vm.lost.reset();
  vm.stall = {};
  const MachineFacts& facts = vm.facts();
  // A VM that was given memory, or that gave some, was managed before: it is not booting.
  vm.owed_startup = facts.known && facts.as_booted && facts.base < vm.limits.startup;
}

}  // namespace

std::optional<Bytes> touched(const VmRecord& vm) {
  if (!vm.resident || !vm.swapped) return std::nullopt;
  const bool told = vm.mind.source != Source::None && vm.mind.sample.total;
  const Bytes unseen = told ? vm.facts().assigned() - *vm.mind.sample.total : Bytes{};
  return *vm.resident + *vm.swapped + std::clamp(unseen, Bytes{}, kUnseenMost);
}

void watch_need(VmRecord& vm, TimePoint now) {
  if (!vm.mind.demand || vm.mind.source == Source::None || vm.starting || boots(vm, now)) return;
  if (!vm.demand_since) vm.demand_since = now;
  vm.peak_demand = std::max(vm.peak_demand, vm.mind.demand->demand);
}

bool has_time_to_speak(const VmRecord& vm, TimePoint now) {
  return !vm.facts().known && now - vm.appeared_at < kMonitorWait;
}

bool boots(const VmRecord& vm, TimePoint now) {
  return vm.guest && vm.mind.source == Source::BalloonStats && vm.guest->state().service == Service::Absent &&
         now - vm.starting_since < kIntegrationWait;
}

namespace {

// Whose word the service in a guest is: it says what system it runs on.
Source source_of(const GuestState& guest) {
  const bool linux_guest = guest.os.empty() || guest.os == "linux" || guest.os.starts_with("linux ");
  return linux_guest ? Source::LinuxService : Source::OtherService;
}

// What there is to learn of a VM besides what its guest says.
Evidence evidence_of(const MachineFacts& facts) {
  Evidence out;
  out.has = {facts.assigned(), facts.maximum(), facts.at_rest()};
  out.due = facts.due();
  out.added = facts.added;
  out.grain = facts.levels.grain();
  out.gives = facts.giving;
  return out;
}

// Some guests count what their balloon holds as memory in use. It is in their totals and in what they
// promised. A balloon that moves is seen a little before or after the sample that shows it: then the need
// seems smaller or larger by what moved in between. To add what is still to come would make a slow balloon
// look like need, and ask for more.
GuestSample without_balloon(GuestSample sample, const MachineFacts& facts) {
  for (std::optional<Bytes>* level : {&sample.total, &sample.committed, &sample.commit_limit})
    if (*level) *level = std::max(Bytes{}, **level - facts.ballooned);
  return sample;
}

void use_sample(VmRecord& vm, const GuestSample& sample, TimePoint at, Source source, TimePoint now) {
  Evidence evidence = evidence_of(vm.facts());
  evidence.source = source;
  evidence.sample = sample;
  evidence.sampled_at = at;
  vm.lost.reset();
  if (!learn(vm.mind, evidence, *vm.profile, now)) return;
  vm.starting = false;
  vm.owed_startup = false;
}

// Ends the note of a VM for which nothing is done.
constexpr std::string_view kStays = ": stays as it is";

struct Verdict {
  Status status;
  std::string note;
  bool movable = false;
  bool has_share = false;           // it keeps its fair share: it can be moved, or may soon report
  std::optional<Bytes> keeps = {};  // its guest is not believed: the memory that it keeps nevertheless
};

// What a guest showed before it fell silent.
std::string last_word(const VmRecord& vm) {
  std::string text;
  if (vm.mind.source == Source::None) return text;
  if (vm.mind.sample.available)
    text += fmt::format("; it had {} available then", format_bytes(*vm.mind.sample.available));
  if (vm.mind.demand && vm.mind.demand->paging) text += " and was paging";
  return text;
}

bool stands_still(const MachineFacts& facts) {
  return facts.run_state != RunState::Running && facts.run_state != RunState::Unknown;
}

// What the host sees that it may have used; its whole target, if nobody sees that.
Bytes touched_or_all(const VmRecord& vm) { return touched(vm).value_or(vm.facts().target()); }

// Its guest is silent now, never reported, or cannot be believed.
void stand_by_itself(Verdict& v, const VmRecord& vm) {
  v.has_share = v.status != Status::NoIntegration && v.status != Status::Static;
  switch (v.status) {
    case Status::BadReports:
      v.keeps = Bytes{};  // as for a guest that claims to use all: weight decides
      break;
    case Status::NotResponding: v.keeps = touched_or_all(vm); break;  // it may be silent for lack of memory
    case Status::Static:
      // Its guest says that it takes no part. What it booted with is nobody's word for that.
      v.keeps = std::max(touched_or_all(vm), vm.settings.startup ? vm.limits.startup : Bytes{});
      break;
    case Status::Starting:
    case Status::NoIntegration:
      // Startup memory is its owner's word.
      v.keeps = std::max({touched_or_all(vm), vm.facts().base, vm.limits.startup});
      break;
    default: break;
  }
}

std::optional<Verdict> judge_link(const VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  const bool opening = facts.link == Link::Connecting || facts.link == Link::Lost;
  if (opening && has_time_to_speak(vm, now)) {
    return Verdict{Status::Starting, "its monitor was not heard yet"};
  }
  if (facts.run_state == RunState::ShutDown) return Verdict{Status::Off, "the guest was shut down"};
  if (facts.link != Link::Up) {
    const bool silent = facts.link_note.empty();
    return Verdict{Status::NotResponding, silent ? "its monitor does not answer" : facts.link_note};
  }
  if (!facts.known) return Verdict{Status::Starting, "its devices are being asked for"};
  if (stands_still(facts)) return Verdict{Status::Paused, facts.run_note};
  return std::nullopt;
}

constexpr std::string_view kNotUnderstood = "what speaks in the guest is not understood: it ";

std::optional<Verdict> judge_integration(const VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  if (!facts.can_change) {
    return Verdict{Status::NoIntegration,
                   "it has no device that could change its memory" + std::string(kStays)};
  }
  if (vm.mind.source == Source::BalloonStats && now - vm.mind.sampled_at < kStatsFresh) return std::nullopt;
  if (vm.guest) {
    const GuestState& guest = vm.guest->state();
    switch (guest.service) {
      case Service::Unsupported: return Verdict{Status::NoIntegration, guest.note};
      case Service::Faulty: return Verdict{Status::BadReports, guest.note};
      case Service::Silent:
        if (!vm.guards->silence) return std::nullopt;
        return Verdict{Status::NotResponding, guest.note + last_word(vm)};
      case Service::Speaking: {
        if (is_service(vm.mind.source)) return std::nullopt;
        if (service_reports(vm)) return Verdict{Status::Starting, "its service has not reported yet"};
        return Verdict{Status::NoIntegration,
                       "its service does not say how much memory it needs" + std::string(kStays)};
      }
      case Service::Absent: break;
    }
  }
  if (vm.mind.source == Source::BalloonStats)
    return Verdict{Status::NotResponding, "its balloon gives no statistics any more" + last_word(vm)};
  if (facts.balloon_stats && now - facts.balloon_stats_at < kStatsFresh)
    return Verdict{Status::NoIntegration, "its balloon statistics are no numbers" + std::string(kStays)};
  const std::string unread = vm.guest ? vm.guest->state().unread : "";
  const bool could_speak = vm.guest || facts.has_balloon_stats;
  if (could_speak && now - vm.starting_since < kIntegrationWait) {
    return Verdict{Status::Starting,
                   unread.empty() ? "no word from its service yet" : std::string(kNotUnderstood) + unread};
  }
  if (!unread.empty())
    return Verdict{Status::NoIntegration, std::string(kNotUnderstood) + unread + std::string(kStays)};
  return Verdict{Status::NoIntegration, (vm.guest ? "no service speaks in the guest"
                                                  : "no port for a service and no balloon statistics") +
                                            std::string(kStays)};
}

// Nothing is done for it, and nothing is taken from others for it.
std::optional<Verdict> judge_claim(const VmRecord& vm) {
  if (vm.twin)
    return Verdict{Status::NoIntegration,
                   fmt::format("its process is looked after and counted as '{}'", vm.twin->name)};
  if (!vm.facts().known || !vm.claims_too_much()) return std::nullopt;
  const std::string_view claimed =
      vm.facts().committed() < Bytes{} ? "less than no memory" : "more memory than this host has";
  return Verdict{Status::BadReports,
                 fmt::format("its monitor claims {}: counted with what is resident{}", claimed, kStays)};
}

Verdict verdict(const VmRecord& vm, TimePoint now) {
  if (auto v = judge_link(vm, now)) return *v;
  if (auto v = judge_claim(vm)) return *v;
  const MachineFacts& facts = vm.facts();
  if (vm.limits.mode == Mode::Static) {
    if (vm.stepped_back.empty()) return {Status::Static, ""};
    return {Status::Static, vm.stepped_back + "; left alone until `aerostat set` changes its settings"};
  }
  if (!facts.target_known) {
    return {Status::Starting, "what it was asked for before is being settled", false, true};
  }
  if (!vm.standing.takes_part()) {
    Verdict v{Status::Static, vm.standing.unfit + std::string(kStays)};
    stand_by_itself(v, vm);
    return v;
  }
  if (auto v = judge_integration(vm, now)) {
    // It is owed its startup before anything inside reports.
    v->movable = v->status == Status::Starting && vm.owed_startup;
    stand_by_itself(*v, vm);
    const bool owed = is_unheard(vm, now) && is_owed(vm);
    if (owed) {
      if (v->note.ends_with(kStays)) v->note.resize(v->note.size() - kStays.size());
      v->note += "; " + unheard_note(vm);
    }
    v->movable = v->movable || owed;
    return *v;
  }
  if (!vm.mind.demand) {
    Verdict v{Status::NoIntegration, "nothing is known of its demand" + std::string(kStays)};
    stand_by_itself(v, vm);
    return v;
  }
  if (vm.stall.shrink_stalled()) {
    return {Status::Stalled,
            fmt::format("asked to give memory, holds {} and gives no more; asked again later",
                        format_bytes(facts.assigned())),
            true};
  }
  const Bytes demand = vm.mind.demand->demand;
  const Bytes buffer = buffer_for(vm.limits, demand, vm.mind.headroom);
  const Bytes available = vm.mind.sample.available.value_or(Bytes{});
  Verdict out{health(facts.due(), available, *vm.mind.demand, buffer, vm.mind.nearly_empty), "", true};
  if (out.status != Status::Ok && vm.waits)
    out.note = vm.refused ? "the host has no more to give" : "more is being freed for it";
  if (vm.left_for_minimum) out.note = minimum_text(vm.limits.minimum, *vm.left_for_minimum);
  if (vm.mind.oom_at && now - *vm.mind.oom_at < kFloorFirst) out.note = oom_text(vm);
  if (vm.stall.grow_stalled())
    out.note = "the guest does not take in the memory it is given; tried again later";
  if (vm.mind.offline > Bytes{}) {
    out.note = fmt::format(
        "{} that it was given stay offline in the guest; install the service there, or boot it with "
        "memhp_default_state=online",
        format_bytes(vm.mind.offline));
  }
  if (vm.guest && !vm.guest->state().complaint.empty())
    out.note = "its service says: " + vm.guest->state().complaint;
  const bool stands_in = vm.mind.source == Source::BalloonStats && vm.guest;
  if (stands_in && vm.guest->state().service != Service::Absent) {
    const std::string& why = vm.guest->state().note;
    out.note = (why.empty() ? "does not report what is available" : why) +
               "; balloon statistics stand in for its service";
  }
  return out;
}

}  // namespace

std::string minimum_text(Bytes minimum, Bytes left) {
  if (left >= minimum)
    return fmt::format("it has less than its minimum of {} until others have given enough",
                       format_bytes(minimum));
  return fmt::format(
      "its minimum of {} cannot be given: with all other VMs at their least {} are left for it",
      format_bytes(minimum), format_bytes(std::max(Bytes{}, left)));
}

std::string oom_text(const VmRecord& vm) {
  return fmt::format("the guest's kernel killed a program for want of memory, {} since its boot",
                     vm.mind.sample.oom_kills_of_guest().value_or(0));
}

Bytes follow_machine(VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  if (!facts.known) {
    vm.limits = as_written(vm.settings);
    return {};
  }
  vm.limits = resolve(vm.settings, facts.base, facts.maximum());
  if (!vm.stepped_back.empty()) vm.limits.mode = Mode::Static;
  vm.limited_by_guest = limit_by_guest(vm, vm.limits);
  // No target is below what its devices can take: the limits show what is possible.
  vm.limits.minimum = std::max(vm.limits.minimum, std::min(facts.levels.least(), vm.limits.maximum));
  vm.limits.startup = std::max(vm.limits.startup, vm.limits.minimum);
  const bool first_look = vm.last_assigned == Bytes{};
  if (first_look || facts.resets != vm.seen_resets) {
    vm.seen_resets = facts.resets;
    begin_life(vm, now);
  }
  if (!vm.claims_too_much()) vm.counted = facts.committed();
  const Bytes returned = std::max(Bytes{}, vm.last_assigned - facts.due());
  vm.last_assigned = facts.due();
  vm.peak_assigned = std::max(vm.peak_assigned, facts.assigned());
  const Bytes change =
      facts.assigned() - std::exchange(vm.counted_to, facts.assigned()).value_or(facts.assigned());
  vm.added += std::max(Bytes{}, change);
  vm.removed += std::max(Bytes{}, -change);
  return returned;
}

bool take_sample(VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  if (!facts.known) return false;
  const Service service = vm.guest ? vm.guest->state().service : Service::Absent;
  if (facts.link != Link::Up || stands_still(facts)) vm.ran_not_at = now;
  const bool reports = service_reports(vm);
  vm.machine->watch(!reports);
  if (reports) {
    const GuestState& guest = vm.guest->state();
    if (!guest.sample) return false;
    if (guest.received_at <= vm.received_at) {
      learn(vm.mind, evidence_of(facts), *vm.profile, now);  // its silence
      return false;
    }
    vm.received_at = guest.received_at;
    // The estimate of the guest's clock improves over time. Its reports still come one after the other.
    const GuestSample seen = guest.balloon_in_total ? without_balloon(*guest.sample, facts) : *guest.sample;
    use_sample(vm, seen, std::max(guest.sampled_at, vm.mind.sampled_at), source_of(guest), now);
    return true;
  }
  if (!vm.guards->silence && service == Service::Silent) return false;
  if (is_service(vm.mind.source)) lose_word(vm);
  const bool may_stand_in = vm.guards->stand_in || service == Service::Absent;
  const bool fresh =
      facts.balloon_stats_at > vm.mind.sampled_at && now - facts.balloon_stats_at < kStatsFresh;
  if (may_stand_in && fresh && facts.balloon_stats && tells_need(*facts.balloon_stats)) {
    use_sample(vm, *facts.balloon_stats, facts.balloon_stats_at, Source::BalloonStats, now);
    return true;
  }
  if (vm.mind.source == Source::BalloonStats && now - vm.mind.sampled_at >= kStatsFresh) lose_word(vm);
  const bool gone = service == Service::Absent || service == Service::Speaking;
  if (is_service(vm.mind.source) && gone) forget_reports(vm.mind);
  follow_unheard(vm, now);
  return false;
}

void judge(VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  Verdict v = verdict(vm, now);
  const auto first = [&](const std::string& note) { v.note = v.note.empty() ? note : note + "; " + v.note; };
  if (facts.link == Link::Up && facts.migrating && facts.run_state != RunState::Incoming)
    first("its guest is being migrated: no memory is plugged or unplugged meanwhile");
  if (facts.link == Link::Up && !facts.refusal.empty()) first(facts.refusal);
  if (v.note.empty() && v.movable) v.note = guest_note(vm);
  v.movable = v.movable && !facts.backs_off;
  vm.status = v.status;
  vm.note = std::move(v.note);
  vm.movable = v.movable;
  vm.has_share = v.has_share && vm.guards->absent_share;
  // A booting VM is owed its startup, and that needs no report of its guest.
  const bool owed_startup = v.movable && v.status == Status::Starting;
  vm.keeps = owed_startup || !vm.guards->unbelieved ? std::nullopt : v.keeps;
  if (vm.status != Status::Starting) vm.starting = false;
}

Bytes committed_of(const VmRecord& vm) {
  if (vm.twin) return {};
  const Bytes resident = vm.resident.value_or(vm.last_resident);
  if (vm.facts().known) {
    if (vm.claims_too_much()) return std::max(resident, vm.can_be(vm.counted) ? vm.counted : Bytes{});
    // QEMU's numbers about an arriving guest become true when it has arrived.
    const bool incoming = vm.facts().run_state == RunState::Incoming;
    const Bytes arrives = incoming && vm.resident ? *vm.resident + kArrivesMost : Bytes{};
    return std::max(vm.facts().committed(), arrives);
  }
  // Never heard: what its process occupies is proof, its earlier counted size counts, and what its owner
  // allows is the upper bound.
  const Bytes allowed =
      std::max(vm.settings.startup.value_or(Bytes{}), vm.settings.maximum.value_or(Bytes{}));
  return std::min(std::max({resident, vm.counted, allowed}), kMostOfOneClaim);
}

Bytes least_of(const VmRecord& vm) {
  const Bytes held = committed_of(vm);
  return vm.movable ? std::min(held, vm.limits.minimum) : held;
}

VmView view_of(const VmRecord& vm, TimePoint now) {
  const MachineFacts& facts = vm.facts();
  VmView v;
  v.limits = vm.limits;
  v.assigned = facts.due();
  v.committed = committed_of(vm);
  v.target = facts.target();
  v.grain = facts.levels.grain();
  if (facts.levels.few()) v.sizes = facts.levels;
  if (vm.stall.refused())
    v.offer = v.assigned + (vm.stall.grow_stalled() ? Bytes{} : std::max(kOffer, v.grain));
  if (vm.mind.offline > Bytes{}) v.offer = v.assigned;
  if (facts.migrating) {
    v.offer = std::min(v.offer.value_or(facts.at_once), facts.at_once);
  }
  v.base = facts.base;
  v.room_in_block = facts.room_in_block;
  v.resident = vm.resident;
  if (vm.guards->evidence) v.touched = touched(vm);
  v.movable = vm.movable;
  v.has_share = vm.has_share;
  v.keeps = vm.keeps;
  v.stalled = vm.stall.shrink_stalled() || facts.migrating;
  v.starting = vm.starting && vm.owed_startup;
  show(vm.mind, now, v);
  if (is_unheard(vm, now)) show_unheard(vm, v);
  return v;
}

}  // namespace aerostat
