// Journal: what happened and what was decided, newest kept, bounded. Equal decisions in a row become one that
// counts. One VM cannot drown the others: events of one kind that come too often are left out and counted,
// in the log too, and when there is no more room the VM that has the most loses its oldest.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "model/event.h"
#include "model/report.h"

namespace aerostat {

class Journal {
 public:
  static constexpr std::size_t kEvents = 1000;  // of all VMs
  static constexpr std::size_t kDecisionsPerVm = 200;
  static constexpr std::size_t kReactions = 1000;
  // Events of one VM and code: a VM that builds up its memory in many steps makes some fifty in a row.
  static constexpr double kBurst = 60;
  // From then on, each with a line that counts what was left out: a VM that makes all kinds all the time
  // writes less than 10 MB of log a day.
  static constexpr double kPerSecond = 0.05;

  void event(WallTime at, EventCode code, std::string vm, EventDetail detail, std::string by = {});
  // Says what was left out of a series that has ended. Call it now and then.
  void settle(WallTime now);
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
  // How many events of one VM and code may come now.
  struct Allowance {
    double left = kBurst;
    WallTime at;
    std::uint64_t left_out = 0;
    void earn(WallTime now);
  };
  struct Kept {
    EventRecord record;
    std::size_t* of_vm;  // how many of its VM are kept; lives in counts_
  };
  void push(EventRecord record);
  void tell_left_out(WallTime at, const std::string& vm, EventCode code, Allowance& allowance);
  void make_room();
  void count(std::size_t& of_vm, bool more);

  std::map<std::pair<std::string, EventCode>, Allowance> allowances_;
  WallTime settled_at_;
  std::deque<Kept> events_;
  std::map<std::string, std::size_t> counts_;
  std::vector<std::size_t> vms_with_ = std::vector<std::size_t>(kEvents + 2);  // so many events kept
  std::size_t most_of_one_ = 0;
  std::map<std::string, std::deque<DecisionRecord>> decisions_;
  std::deque<Reaction> reactions_;
  std::uint64_t next_event_ = 1;
  std::uint64_t next_decision_ = 1;
};

}  // namespace aerostat
