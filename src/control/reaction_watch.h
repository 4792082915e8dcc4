// ReactionWatch: follows the growths of one VM from their cause to usable memory, and splits the time they
// took. It uses the host's clock; guest times are already corrected by the measured offset.
#pragma once

#include <optional>

#include "base/clock.h"
#include "guest/guest_link.h"
#include "model/report.h"
#include "vmm/machine.h"

namespace aerostat {

class ReactionWatch {
 public:
  // The guest's newest report showed that it has enough: a later shortage starts later.
  void has_enough(const GuestState& guest) { enough_at_ = guest.sampled_at; }
  // A growth was just ordered because of the guest's newest report. `wall` is for people.
  void commanded(const GuestState& guest, TimePoint command_at, WallTime wall);
  // Facts or reports of the VM are new. Returns the finished reaction, without a name, if this finished it.
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
