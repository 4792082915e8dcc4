// ReactionWatch: follows each growth from its cause to usable memory, and splits the time it took.
// Its clock is the host's; guest times were corrected by the measured offset before they came here.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/clock.h"
#include "guest/guest_link.h"
#include "model/report.h"
#include "vmm/machine.h"

namespace aerostat {

class ReactionWatch {
 public:
  // A growth was just commanded because of the guest's newest report. `wall` is for people.
  void commanded(const std::string& vm, const GuestState& guest, TimePoint command_at, WallTime wall);
  // Facts or reports of the VM are new: the finished reaction, if this finished it.
  std::optional<Reaction> look(const std::string& vm, const MachineFacts& facts, const GuestState& guest);
  void forget(const std::string& vm) {
    open_.erase(vm);
    last_low_.erase(vm);
  }

 private:
  struct Open {
    WallTime wall;
    TimePoint cause;
    TimePoint received_at;
    TimePoint command_at;
    Bytes total_before;
  };
  std::map<std::string, Open> open_;
  std::map<std::string, TimePoint> last_low_;  // crossings already accounted for
};

}  // namespace aerostat
