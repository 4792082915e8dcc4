#include "control/journal.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace aerostat {

namespace {

template <typename T>
void push_bounded(std::deque<T>& queue, T item, std::size_t most) {
  queue.push_back(std::move(item));
  if (queue.size() > most) queue.pop_front();
}

bool same(const DecisionRecord& a, const DecisionRecord& b) {
  return a.decision.rule() == b.decision.rule() && a.decision.to() == b.decision.to() &&
         a.decision.from() == b.decision.from();
}

// How often series that have ended are looked for.
constexpr auto kSettleEvery = std::chrono::seconds(1);

}  // namespace

void Journal::Allowance::earn(WallTime now) {
  // The wall clock may be set back: then nothing is earned, and it counts on from there.
  const double seconds = std::chrono::duration<double>(now - at).count();
  at = now;
  if (seconds > 0) left = std::min(kBurst, left + seconds * kPerSecond);
}

void Journal::event(WallTime at, EventCode code, std::string vm, EventDetail detail, std::string by) {
  if (!vm.empty()) {
    Allowance& allowance = allowances_.try_emplace({vm, code}, Allowance{kBurst, at, 0}).first->second;
    allowance.earn(at);
    if (allowance.left < 1) {
      ++allowance.left_out;
      return;
    }
    if (allowance.left_out > 0) tell_left_out(at, vm, code, allowance);
    allowance.left -= 1;
  }
  push({0, at, code, std::move(vm), std::move(detail), std::move(by)});
}

void Journal::tell_left_out(WallTime at, const std::string& vm, EventCode code, Allowance& allowance) {
  push({0, at, EventCode::VmMore, vm, tells::LeftOut{code, std::exchange(allowance.left_out, 0)}});
}

void Journal::settle(WallTime now) {
  if (now >= settled_at_ && now - settled_at_ < kSettleEvery) return;
  settled_at_ = now;
  for (auto next = allowances_.begin(); next != allowances_.end();) {
    const auto here = next++;
    auto& [key, allowance] = *here;
    allowance.earn(now);
    if (allowance.left_out > 0 && allowance.left >= 1) tell_left_out(now, key.first, key.second, allowance);
    if (allowance.left_out == 0 && allowance.left >= kBurst) allowances_.erase(here);
  }
}

void Journal::push(EventRecord record) {
  if (log_enabled(LogLevel::Info))
    log_info("event={} vm={} note={}", event_code(record.code), record.vm.empty() ? "-" : log_word(record.vm),
             log_text(event_text(record)));
  record.seq = next_event_++;
  if (events_.size() >= kEvents) make_room();
  std::size_t& of_vm = counts_[record.vm];
  count(of_vm, true);
  events_.push_back({std::move(record), &of_vm});
}

// The oldest event of a VM that has as many as any.
void Journal::make_room() {
  const auto goes = std::find_if(events_.begin(), events_.end(),
                                 [this](const Kept& kept) { return *kept.of_vm == most_of_one_; });
  count(*goes->of_vm, false);
  if (*goes->of_vm == 0) counts_.erase(goes->record.vm);
  events_.erase(goes);
}

void Journal::count(std::size_t& of_vm, bool more) {
  --vms_with_[of_vm];
  of_vm = more ? of_vm + 1 : of_vm - 1;
  ++vms_with_[of_vm];
  most_of_one_ = std::max(most_of_one_, of_vm);
  while (most_of_one_ > 0 && vms_with_[most_of_one_] == 0) --most_of_one_;
}

void Journal::decision(DecisionRecord record) {
  auto& list = decisions_[record.vm];
  // A hold between two equal holds is nothing new, whatever its exact numbers.
  if (!list.empty() && same(list.back(), record) && !record.decision.grows() && !record.decision.shrinks()) {
    record.repeated = list.back().repeated + 1;
    record.seq = list.back().seq;
    record.at = list.back().at;
    list.back() = std::move(record);
    return;
  }
  record.seq = next_decision_++;
  push_bounded(list, std::move(record), kDecisionsPerVm);
}

void Journal::result(const std::string& vm, std::string text) {
  const auto found = decisions_.find(vm);
  if (found == decisions_.end()) return;
  auto& list = found->second;
  const auto moved = std::find_if(list.rbegin(), list.rend(), [](const DecisionRecord& d) {
    return d.decision.grows() || d.decision.shrinks();
  });
  if (moved != list.rend()) moved->result = std::move(text);
}

void Journal::reaction(Reaction reaction) { push_bounded(reactions_, std::move(reaction), kReactions); }

std::vector<EventRecord> Journal::events_after(std::uint64_t seq) const {
  std::vector<EventRecord> out;
  const auto first = std::upper_bound(events_.begin(), events_.end(), seq,
                                      [](std::uint64_t n, const Kept& kept) { return n < kept.record.seq; });
  out.reserve(static_cast<std::size_t>(events_.end() - first));
  for (auto kept = first; kept != events_.end(); ++kept) out.push_back(kept->record);
  return out;
}

void Journal::rename(const std::string& before, const std::string& name) {
  auto node = decisions_.extract(before);
  if (node.empty()) return;
  node.key() = name;
  decisions_.erase(name);
  decisions_.insert(std::move(node));
}

std::vector<DecisionRecord> Journal::decisions(const std::string& vm, std::size_t most) const {
  const auto found = decisions_.find(vm);
  if (found == decisions_.end()) return {};
  const auto& list = found->second;
  const std::size_t skip = list.size() > most ? list.size() - most : 0;
  return {list.begin() + static_cast<std::ptrdiff_t>(skip), list.end()};
}

}  // namespace aerostat
