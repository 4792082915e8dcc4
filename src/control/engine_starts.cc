// The engine and VMs that are about to start: it answers who asks, and tells what is missing and who has it.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "control/engine.h"
#include "control/sense.h"

namespace aerostat {

namespace {

// As many VMs are named to people.
constexpr std::size_t kNamed = 3;

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
    if (start_ended(each.state)) continue;
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
  const int weight =
      request.weight.value_or(settings_.settings({request.vm}).weight.value_or(kDefaultWeight));
  if (Result<void> asked = starts_.ask(request, weight, books_, clock_.now()); !asked) {
    return fail(asked.error().kind == Error::Kind::Refused
                    ? Error{Error::Kind::Refused, asked.error().message + holders(), asked.error().field}
                    : asked.error());
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
  const std::vector<Start> changed = starts_.advance(books_, spare, now);
  for (const Start& each : changed) {
    if (each.state == StartState::Refused) starts_.explain(each.request.vm, each.why + holders());
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
  const std::string memory = format_bytes(start.request.memory);
  const std::string paused = paused_ ? "; aerostat is paused, so nobody is asked to give" : "";
  switch (start.state) {
    case StartState::Waiting:
      if (books_.left_for(start.request.vm) >= start.request.memory)
        return "starts that asked before it, or with more weight, are served first";
      return fmt::format("{} of {} are missing, even with every VM at its minimum{}",
                         format_bytes(start.missing), memory, holders());
    case StartState::Gathering:
      return fmt::format("{} of {} are still to come from running VMs{}{}", format_bytes(start.missing),
                         memory, holders(), paused);
    case StartState::Ready: return memory + " are free for it: it may start";
    default: return start.why;
  }
}

// "; most is held by db (4.00 GiB, static) and web (1.00 GiB, at least 512 MiB)"
std::string Engine::holders() const {
  std::vector<const VmRecord*> most;
  for (const auto& [name, vm] : vms_) {
    if (vm->claim->amount > Bytes{}) most.push_back(vm.get());
  }
  if (most.empty()) return "; no VM holds memory";
  const std::size_t named = std::min(kNamed, most.size());
  std::ranges::partial_sort(
      most, most.begin() + static_cast<std::ptrdiff_t>(named),
      [](const VmRecord* a, const VmRecord* b) { return a->claim->amount > b->claim->amount; });
  std::string out = "; most is held by ";
  for (std::size_t i = 0; i < named; ++i) {
    const VmClaim& claim = *most[i]->claim;
    out += fmt::format(
        "{}{} ({}, {})",
        i == 0           ? ""
        : i + 1 == named ? " and "
                         : ", ",
        claim.owner, format_bytes(claim.amount),
        most[i]->limits.mode == Mode::Static ? "static" : "at least " + format_bytes(claim.least));
  }
  return out;
}

}  // namespace aerostat
