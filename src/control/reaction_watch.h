// ReactionWatch: follows the growths of one VM from their cause to usable memory, and splits the time they
// took. Its clock is the host's; guest times were corrected by the measured offset before they came here.
#pragma once

#include <optional>

#include "base/clock.h"
#include "guest/guest_link.h"
#include "model/report.h"
#include "vmm/machine.h"

namespace aerostat {

class ReactionWatch {
 public:
  // The guest's newest report showed that it has enough: what it lacks later it lacks since.
  void has_enough(const GuestState& guest) { enough_at_ = guest.sampled_at; }
  // A growth was just commanded because of the guest's newest report. `wall` is for people.
  void commanded(const GuestState& guest, TimePoint command_at, WallTime wall);
  // Facts or reports of the VM are new: the finished reaction, without a name, if this finished it.
  std::optional<Reaction> look(const MachineFacts& facts, const GuestState& guest);

 private:
  struct Open {
    WallTime wall;
    TimePoint cause;
    TimePoint received_at;
    TimePoint command_at;
    Bytes total_before;
  };
  std::optional<Open> open_;
  std::optional<TimePoint> last_low_;   // the crossing already accounted for
  std::optional<TimePoint> enough_at_;  // when it last had enough
};

}  // namespace aerostat
