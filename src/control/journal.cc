#include "control/journal.h"

#include <fmt/format.h>

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

std::string text_of(const EventRecord& event, const std::optional<Decision>& move) {
  if (!move) return event.text;
  return fmt::format("{} -> {} by {}: {}", format_bytes(move->from()), format_bytes(move->to()),
                     rule_name(move->rule()), reason(*move));
}

}  // namespace

void Journal::event(WallTime at, std::string kind, std::string vm, std::string text) {
  push({0, at, std::move(kind), std::move(vm), std::move(text)}, std::nullopt);
}

void Journal::moved(WallTime at, std::string vm, Decision decision) {
  push({0, at, decision.grows() ? "vm.grow" : "vm.shrink", std::move(vm), ""}, std::move(decision));
}

void Journal::push(EventRecord record, std::optional<Decision> move) {
  if (log_enabled(LogLevel::Info))
    log_info("event={} vm={} note={}", record.kind, record.vm.empty() ? "-" : log_word(record.vm),
             log_text(text_of(record, move)));
  record.seq = next_event_++;
  push_bounded(events_, {std::move(record), std::move(move)}, kEvents);
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
  for (const Event& event : events_) {
    if (event.record.seq <= seq) continue;
    out.push_back(event.record);
    out.back().text = text_of(event.record, event.move);
  }
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
