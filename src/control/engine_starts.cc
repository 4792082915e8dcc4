// The engine and VMs that are about to start: it answers who asks, and tells what is missing and who has it.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "control/engine.h"
#include "control/sense.h"

namespace aerostat {

namespace {

// As many VMs are named to people.
constexpr std::size_t kHoldersNamed = 3;

WallTime wall_of(TimePoint at, TimePoint now, WallTime wall_now) {
  return wall_now + std::chrono::duration_cast<WallTime::duration>(at - now);
}

}  // namespace

// What was asked for goes on, with the time that it has left.
void Engine::recall_starts() {
  const WallTime wall = hooks_.wall_now();
  const TimePoint now = clock_.now();
  const auto at = [&](WallTime then) { return now + std::chrono::duration_cast<Duration>(then - wall); };
  for (const StartReport& each : options_.starts) {
    if (start_ended(each.state) || starts_.same_domain(each.request)) continue;
    Start start;
    start.request = each.request;
    start.weight = each.weight;
    // Whoever was to start its domain is gone: it becomes ready once more, and is started then.
    const bool begins = each.state == StartState::Ready && !each.request.domain.empty();
    start.state = begins ? StartState::Gathering : each.state;
    start.asked_at = at(each.asked_at);
    if (each.until) start.until = at(*each.until);
    start.missing = each.missing;
    starts_.restore(std::move(start), books_);
  }
}

Result<StartReport> Engine::reserve(const StartRequest& request) {
  count_all();
  if (!request.domain.empty() && hooks_.may_begin) {
    if (Result<void> can = hooks_.may_begin(); !can)
      return fail(Error{Error::Kind::Refused, can.error().message, "domain"});
  }
  if (Result<void> ok = starts_.admits(request, books_); !ok) return fail(std::move(ok.error()));
  const int weight =
      request.weight.value_or(settings_.settings({request.vm}).weight.value_or(kDefaultWeight));
  if (Result<void> asked = starts_.ask(request, weight, books_, clock_.now()); !asked) {
    return fail(Error{asked.error().kind, asked.error().message + holders(request.vm), asked.error().field});
  }
  tell_of_start(*starts_.find(request.vm), request.asked_by);
  remember_starts();
  hooks_.pass_wanted();
  begin_if_ready(*starts_.find(request.vm));
  return report_of_start(*starts_.find(request.vm));
}

Result<StartReport> Engine::start(const std::string& vm) const {
  if (const Start* const found = starts_.find(vm)) return report_of_start(*found);
  std::vector<std::string> names;
  for (const Start& each : starts_.all()) names.push_back(each.request.vm);
  return fail(Error::Kind::NotFound,
              fmt::format("nobody asked for memory for '{}'{}", vm, did_you_mean(vm, names)));
}

std::vector<StartReport> Engine::starts() const {
  std::vector<StartReport> out;
  for (const Start& each : starts_.all()) out.push_back(report_of_start(each));
  return out;
}

Result<StartReport> Engine::release(const std::string& vm, const std::string& by) {
  const std::optional<Start> ended = starts_.release(vm, books_, clock_.now());
  if (!ended) {
    const Result<StartReport> known = start(vm);
    if (!known) return known;
    return fail(Error::Kind::Refused, fmt::format("nothing is kept for '{}': {}", vm, known->why));
  }
  tell_of_start(*ended, by);
  remember_starts();
  hooks_.pass_wanted();
  return report_of_start(*ended);
}

void Engine::advance_starts(Bytes spare, TimePoint now) {
  spare_ = spare;
  const std::vector<Start> changed = starts_.advance(books_, spare, now);
  for (const Start& each : changed) {
    if (each.state == StartState::Refused)
      starts_.explain(each.request.vm, each.why + holders(each.request.vm));
    tell_of_start(*starts_.find(each.request.vm));
  }
  if (changed.empty()) return;
  remember_starts();
  for (const Start& each : changed) begin_if_ready(each);
}

void Engine::begin_if_ready(const Start& start) {
  const bool begins = start.state == StartState::Ready && !start.request.domain.empty();
  if (begins && hooks_.begin_start) hooks_.begin_start(start.request);
}

// It may have asked once more meanwhile, and waits.
void Engine::start_failed(const std::string& vm, const std::string& why) {
  const Start* const start = starts_.find(vm);
  if (start == nullptr || start->state != StartState::Ready) return;
  starts_.refuse(vm, "it could not be started: " + why, books_, clock_.now());
  event(EventCode::VmStartRefused, vm, starts_.find(vm)->why);
  remember_starts();
}

void Engine::tell_of_start(const Start& start, const std::string& by) {
  const std::string& vm = start.request.vm;
  switch (start.state) {
    case StartState::Waiting: return event(EventCode::VmStartWaits, vm, why_of(start), by);
    case StartState::Gathering: return event(EventCode::VmReserved, vm, start.request.memory, by);
    case StartState::Ready: return event(EventCode::VmStartReady, vm, {}, by);
    case StartState::Refused: return event(EventCode::VmStartRefused, vm, start.why);
    case StartState::Expired: return event(EventCode::VmReleased, vm, start.why);
    case StartState::Released: return event(EventCode::VmReleased, vm, {}, by);
    case StartState::Started: return;  // it appeared, and that was told
  }
}

void Engine::remember_starts() {
  if (!hooks_.keep_starts) return;
  std::vector<StartReport> all;
  for (const Start& each : starts_.all()) {
    if (!start_ended(each.state)) all.push_back(report_of_start(each));
  }
  hooks_.keep_starts(all);
}

StartReport Engine::report_of_start(const Start& start) const {
  const TimePoint now = clock_.now();
  const WallTime wall = hooks_.wall_now();
  StartReport out;
  out.request = start.request;
  out.weight = start.weight;
  out.state = start.state;
  out.asked_at = wall_of(start.asked_at, now, wall);
  if (start.until) out.until = wall_of(*start.until, now, wall);
  out.missing = start.missing;
  out.why = why_of(start);
  return out;
}

std::string Engine::why_of(const Start& start) const {
  switch (start.state) {
    case StartState::Waiting: return why_waiting(start);
    case StartState::Gathering: return why_gathering(start);
    case StartState::Ready: return format_bytes(start.request.memory) + " are free for it: it may start";
    default: return start.why;
  }
}

std::string Engine::why_waiting(const Start& start) const {
  const std::string behind = starts_.behind(start.request.vm);
  const std::string turn =
      behind.empty() ? "" : fmt::format("its turn comes after {} (asked earlier, or more weight)", behind);
  const Bytes missing = start.request.memory - std::max(Bytes{}, books_.left_for(start.request.vm));
  if (missing <= Bytes{}) return behind.empty() ? "it is next: it gets its memory with the next pass" : turn;
  return fmt::format("{} of {} are missing, even with every VM at its minimum{}{}", format_bytes(missing),
                     format_bytes(start.request.memory), holders(start.request.vm),
                     behind.empty() ? "" : "; " + turn);
}

// What was promised to starts, and is not free yet: VMs give it, or the host's kernel has to find it.
std::string Engine::why_gathering(const Start& start) const {
  const std::string memory = format_bytes(start.request.memory), missing = format_bytes(start.missing);
  const bool covered = books_.free() >= Bytes{};
  if (covered && spare_ >= books_.reserved())
    return memory + " are free for it: it is ready with the next pass";
  if (covered) {
    return fmt::format("{} of {} are missing: the host's kernel has only {} to spare for all starts", missing,
                       memory, format_bytes(std::max(Bytes{}, spare_)));
  }
  const bool given = std::ranges::any_of(
      vms_, [](const auto& each) { return each.second->claim->amount > each.second->claim->least; });
  if (!given) {
    return fmt::format("{} of {} are missing, and no VM has more than it keeps{}", missing, memory,
                       holders(start.request.vm));
  }
  return fmt::format("{} of {} are still to come from running VMs{}{}", missing, memory,
                     holders(start.request.vm),
                     paused_ ? "; aerostat is paused, so nobody is asked to give" : "");
}

// "; most is held by db (4.00 GiB, static), web (1.00 GiB, at least 512 MiB) and new (1.00 GiB, kept for its
// start)". Of whoever asks, nothing is said.
std::string Engine::holders(const std::string& but) const {
  struct Holder {
    Bytes amount;
    std::string text;
  };
  std::vector<Holder> most;
  const auto add = [&](const std::string& owner, Bytes amount, const std::string& how) {
    if (amount > Bytes{} && owner != but)
      most.push_back({amount, fmt::format("{} ({}, {})", owner, format_bytes(amount), how)});
  };
  for (const auto& [name, vm] : vms_) {
    add(vm->claim->owner, vm->claim->amount,
        vm->limits.mode == Mode::Static ? "static" : "at least " + format_bytes(vm->claim->least));
  }
  for (const OrphanClaim& each : books_.orphans()) add(each.owner, each.amount, "runs on without a monitor");
  for (const Start& each : starts_.all()) {
    const Reservation* const kept = start_ended(each.state) ? nullptr : books_.reservation(each.request.vm);
    if (kept) add(kept->owner, kept->rest(), "kept for its start");
  }
  if (most.empty()) return "";
  std::ranges::stable_sort(most, [](const Holder& a, const Holder& b) { return a.amount > b.amount; });
  most.resize(std::min(kHoldersNamed, most.size()));
  std::string out = "; most is held by ";
  for (std::size_t i = 0; i < most.size(); ++i)
    out += (i == 0 ? "" : i + 1 == most.size() ? " and " : ", ") + most[i].text;
  return out;
}

}  // namespace aerostat
