#include "control/start_queue.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

namespace aerostat {

namespace {

void end(Start& start, StartState state, std::string why, TimePoint now) {
  start.state = state;
  start.why = std::move(why);
  start.missing = {};
  start.until.reset();
  start.ended_at = now;
}

// As many starts are named to people.
constexpr std::size_t kNamed = 3;

// The heaviest first, and of equal ones the first that asked.
template <typename Starts>
auto in_state(Starts& starts, StartState state) {
  std::vector<decltype(&starts.front())> out;
  for (auto& each : starts) {
    if (each.state == state) out.push_back(&each);
  }
  std::ranges::stable_sort(out, [](const Start* a, const Start* b) { return a->weight > b->weight; });
  return out;
}

}  // namespace

Result<void> StartQueue::admits(const StartRequest& request, const Books& books) const {
  const Bytes most = books.capacity() - books.reserve();
  if (request.memory > most) {
    return fail(Error{Error::Kind::Refused,
                      fmt::format("{} cannot be reserved for {}: the host has {} for all VMs together",
                                  format_bytes(request.memory), request.vm, format_bytes(most)),
                      "memory_bytes"});
  }
  if (const Start* const other = same_domain(request)) {
    return fail(Error{Error::Kind::Refused,
                      fmt::format("the domain {} is asked for as '{}' already; first `aerostat release {}`",
                                  request.domain, other->request.vm, other->request.vm),
                      "domain"});
  }
  if (!find(request.vm) && starts_.size() >= kMost) {
    return fail(Error::Kind::Refused,
                fmt::format("{} starts are waiting already; release some of them", kMost));
  }
  return {};
}

Result<void> StartQueue::ask(StartRequest request, int weight, Books& books, TimePoint now) {
  if (Result<void> ok = admits(request, books); !ok) return ok;
  if (asks_again(request, weight, books, now)) return {};
  const bool may_wait = request.wait.count() > 0;
  if (!may_wait) {
    // Replaces what was promised to an earlier request, or leaves that as it is.
    if (Result<void> done = books.reserve(request.vm, request.memory); !done) return done;
  } else {
    books.release(request.vm);
  }
  std::erase_if(starts_, [&](const Start& each) { return each.request.vm == request.vm; });
  Start& start = starts_.emplace_back();
  start.weight = weight;
  start.state = may_wait ? StartState::Waiting : StartState::Gathering;
  start.asked_at = now;
  start.missing = request.memory;
  if (may_wait) start.until = now + request.wait;
  if (!may_wait && request.lasts) start.until = now + *request.lasts;
  start.request = std::move(request);
  return {};
}

// Who waits, or has its memory, asks again for no more: with another wait or weight, or to be started by the
// daemon. Losing its place would let everybody else overtake it, and what it has would go to them.
bool StartQueue::asks_again(const StartRequest& request, int weight, Books& books, TimePoint now) {
  const auto found = std::ranges::find_if(starts_, [&](const Start& each) {
    return each.request.vm == request.vm && request.memory <= each.request.memory &&
           !start_ended(each.state) && request.wait.count() > 0;
  });
  if (found == starts_.end()) return false;
  if (books.reservation(request.vm) && !books.reserve(request.vm, request.memory)) return false;
  found->request = request;
  found->weight = weight;
  found->missing = std::min(found->missing, request.memory);
  if (found->state != StartState::Ready)
    found->until = now + request.wait;
  else
    found->until = request.lasts ? std::optional(now + *request.lasts) : std::nullopt;
  return true;
}

void StartQueue::refuse(const std::string& vm, std::string why, Books& books, TimePoint now) {
  books.release(vm);
  for (Start& each : starts_) {
    if (each.request.vm == vm && !start_ended(each.state))
      end(each, StartState::Refused, std::move(why), now);
  }
}

void StartQueue::restore(Start start, Books& books) {
  if (start.state == StartState::Gathering || start.state == StartState::Ready)
    books.keep(start.request.vm, start.request.memory);
  starts_.push_back(std::move(start));
}

std::optional<Start> StartQueue::release(const std::string& vm, Books& books, TimePoint now) {
  books.release(vm);
  for (Start& each : starts_) {
    if (each.request.vm != vm || start_ended(each.state)) continue;
    end(each, StartState::Released, "it was released", now);
    return each;
  }
  return std::nullopt;
}

void StartQueue::explain(const std::string& vm, std::string why) {
  for (Start& each : starts_) {
    if (each.request.vm == vm) each.why = std::move(why);
  }
}

const Start* StartQueue::find(const std::string& vm) const {
  const auto found = std::ranges::find_if(starts_, [&](const Start& each) { return each.request.vm == vm; });
  return found == starts_.end() ? nullptr : &*found;
}

const Start* StartQueue::same_domain(const StartRequest& request) const {
  const auto found = std::ranges::find_if(starts_, [&](const Start& each) {
    return !request.domain.empty() && each.request.domain == request.domain &&
           each.request.vm != request.vm && !start_ended(each.state);
  });
  return found == starts_.end() ? nullptr : &*found;
}

std::string StartQueue::behind(const std::string& vm) const {
  std::vector<std::string> names;
  for (const Start* each : in_state(starts_, StartState::Waiting)) {
    if (each->request.vm == vm) break;
    names.push_back(each->request.vm);
  }
  const std::size_t more = names.size() > kNamed ? names.size() - kNamed : 0;
  names.resize(names.size() - more);
  if (more > 0) names.push_back(fmt::format("{} more", more));
  if (names.empty()) return "";
  const std::string last = names.back();
  names.pop_back();
  return names.empty() ? last : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

void StartQueue::find_started(const Books& books, TimePoint now) {
  for (Start& each : starts_) {
    if (each.state != StartState::Gathering && each.state != StartState::Ready) continue;
    if (!books.reservation(each.request.vm)) end(each, StartState::Started, "its VM runs", now);
  }
}

void StartQueue::promise_in_turn(Books& books) {
  bool served = true;  // so far; nobody overtakes one that is not
  for (Start* each : in_state(starts_, StartState::Waiting)) {
    served = served && books.reserve(each->request.vm, each->request.memory);
    if (served)
      each->state = StartState::Gathering;
    else
      each->missing =
          std::max(Bytes{}, each->request.memory - std::max(Bytes{}, books.left_for(each->request.vm)));
  }
}

// What is free goes to the starts in their turn: to those that are ready or start already, and then to those
// that gather.
void StartQueue::find_ready(Books& books, Bytes spare, TimePoint now) {
  Bytes left = std::min(books.free() + books.reserved(), spare);
  for (const Start& each : starts_) {
    const Reservation* const held = books.reservation(each.request.vm);
    if (held && (each.state == StartState::Ready || held->taken_by)) left -= held->rest();
  }
  for (Start* each : in_state(starts_, StartState::Gathering)) {
    if (books.reservation(each->request.vm)->taken_by) continue;
    const Bytes has = std::clamp(left, Bytes{}, each->request.memory);
    left -= each->request.memory;
    each->missing = each->request.memory - has;
    if (each->missing > Bytes{}) continue;
    each->state = StartState::Ready;
    // A request that could not wait has had its time since it asked.
    if (each->request.wait.count() == 0) continue;
    each->until = each->request.lasts ? std::optional(now + *each->request.lasts) : std::nullopt;
  }
}

void StartQueue::end_late(Books& books, TimePoint now) {
  for (Start& each : starts_) {
    if (start_ended(each.state) || !each.until || *each.until > now) continue;
    const Reservation* const held = books.reservation(each.request.vm);
    if (held && held->taken_by) continue;
    const bool never_came = each.state == StartState::Ready || each.request.wait.count() == 0;
    const Bytes missing = each.missing;
    const auto waited = each.request.wait.count();
    const std::string why =
        never_came ? "it did not start in time: nothing is kept for it any more"
        : missing > Bytes{}
            ? fmt::format("{} of {} were missing after {} s", format_bytes(missing),
                          format_bytes(each.request.memory), waited)
            : fmt::format("its turn did not come within {} s: others are served first", waited);
    books.release(each.request.vm);
    end(each, never_came ? StartState::Expired : StartState::Refused, why, now);
    each.missing = missing;
  }
}

std::vector<Start> StartQueue::advance(Books& books, Bytes spare, TimePoint now) {
  std::erase_if(starts_,
                [&](const Start& each) { return each.ended_at && now - *each.ended_at > kEndedListed; });
  std::vector<StartState> before;
  for (const Start& each : starts_) before.push_back(each.state);
  find_started(books, now);
  end_late(books, now);
  promise_in_turn(books);
  find_ready(books, spare, now);
  std::vector<Start> out;
  for (std::size_t i = 0; i < starts_.size(); ++i) {
    if (starts_[i].state != before[i]) out.push_back(starts_[i]);
  }
  return out;
}

}  // namespace aerostat
