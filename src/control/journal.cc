#include "control/journal.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace aerostat {

namespace {

template <typename T>
void push_bounded(std::deque<T>& queue, T item, std::size_t most) {
  queue.push_back(std::move(item));
  if (queue.size() > most) queue.pop_front();
}

bool same(const DecisionRecord& a, const DecisionRecord& b) {
  return a.move.rule == b.move.rule && a.move.to == b.move.to && a.move.from == b.move.from;
}

}  // namespace

void Journal::event(WallTime at, std::string kind, std::string vm, std::string text) {
  log_info("event={} vm={} {}", kind, vm.empty() ? "-" : vm, text);
  push_bounded(events_, {next_event_++, at, std::move(kind), std::move(vm), std::move(text)}, kEvents);
}

void Journal::decision(DecisionRecord record) {
  auto& list = decisions_[record.move.vm];
  // A hold between two equal holds is nothing new, whatever its exact numbers.
  if (!list.empty() && same(list.back(), record) && !record.move.grows() && !record.move.shrinks()) {
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
  const auto moved = std::find_if(list.rbegin(), list.rend(),
                                  [](const DecisionRecord& d) { return d.move.grows() || d.move.shrinks(); });
  if (moved != list.rend()) moved->result = std::move(text);
}

void Journal::reaction(Reaction reaction) { push_bounded(reactions_, std::move(reaction), kReactions); }

std::vector<EventRecord> Journal::events_after(std::uint64_t seq) const {
  const auto first =
      std::find_if(events_.begin(), events_.end(), [&](const EventRecord& e) { return e.seq > seq; });
  return {first, events_.end()};
}

std::vector<DecisionRecord> Journal::decisions(const std::string& vm, std::size_t most) const {
  const auto found = decisions_.find(vm);
  if (found == decisions_.end()) return {};
  const auto& list = found->second;
  const std::size_t skip = list.size() > most ? list.size() - most : 0;
  return {list.begin() + static_cast<std::ptrdiff_t>(skip), list.end()};
}

}  // namespace aerostat
