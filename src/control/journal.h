// Journal: events and decisions, the newest kept, bounded. Equal decisions in a row become one with a count.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"
#include "model/report.h"

namespace aerostat {

class Journal {
 public:
  static constexpr std::size_t kEvents = 1000;  // of all VMs
  static constexpr std::size_t kDecisionsPerVm = 200;
  static constexpr std::size_t kReactions = 1000;

  void event(WallTime at, std::string kind, std::string vm, std::string text);
  // A VM's target was changed. Its sentence is composed when someone reads it.
  void moved(WallTime at, std::string vm, Decision decision);
  // A decision equal to the VM's last one (same rule, same target) only raises its count and refreshes its
  // numbers.
  void decision(DecisionRecord record);
  // The result of the VM's last decision that moved something.
  void result(const std::string& vm, std::string text);
  void reaction(Reaction reaction);
  void forget_decisions(const std::string& vm) { decisions_.erase(vm); }
  // The VM's decisions continue under its new name.
  void rename(const std::string& before, const std::string& name);

  std::vector<EventRecord> events_after(std::uint64_t seq) const;
  std::vector<DecisionRecord> decisions(const std::string& vm, std::size_t most) const;
  std::vector<Reaction> reactions() const { return {reactions_.begin(), reactions_.end()}; }
  std::uint64_t last_event() const { return next_event_ - 1; }

 private:
  struct Event {
    EventRecord record;
    std::optional<Decision> move;  // has what the record's text leaves out
  };
  void push(EventRecord record, std::optional<Decision> move);

  std::deque<Event> events_;
  std::map<std::string, std::deque<DecisionRecord>> decisions_;
  std::deque<Reaction> reactions_;
  std::uint64_t next_event_ = 1;
  std::uint64_t next_decision_ = 1;
};

}  // namespace aerostat
