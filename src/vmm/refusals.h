// Refusals: orders that a hypervisor refused, to a balloon and to plugged memory. A device is left alone for
// a while after a refusal, and twice as long after each one in a row. Pure.
#pragma once

#include <string>

#include "base/clock.h"
#include "vmm/machine.h"

namespace aerostat {

// The first wait, and the longest.
inline constexpr Duration kRefusedFirst = std::chrono::milliseconds(500);
inline constexpr Duration kRefusedMost = std::chrono::seconds(10);

class Refusals {
 public:
  // `why`: one sentence. True: it is another one than the device's last.
  bool refused(bool balloon, std::string why, TimePoint now);
  // An order was carried out, or the device is given up.
  void forget(bool balloon) { of(balloon) = {}; }
  bool may_ask(bool balloon, TimePoint now) const { return now >= of(balloon).again; }
  // `wait`, or less: until a device may be asked again.
  Duration until_again(Duration wait, TimePoint now) const;
  // Sets the facts' refusal and backs_off. A refusal is over if nothing was requested for a while after it.
  void say(MachineFacts& facts, TimePoint now);

 private:
  struct Device {
    std::string why;  // empty: none recently
    int in_a_row = 0;
    TimePoint again{};
  };
  Device& of(bool balloon) { return balloon ? balloon_ : plug_; }
  const Device& of(bool balloon) const { return balloon ? balloon_ : plug_; }

  Device balloon_, plug_;
};

}  // namespace aerostat
