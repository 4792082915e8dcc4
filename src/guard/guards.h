// Guards: everything that keeps a host and its guests safe whatever the policy decides, by name. Each can be
// switched off, only so that scenarios and tests can show that it is necessary (docs/guide/scenarios.md).
#pragma once

#include <span>
#include <string_view>

#include "base/result.h"
#include "guard/rails.h"

namespace aerostat {

struct Guards {
  Rails rails;
  bool stall_monitor = true;  // a change without progress is withdrawn, and others are asked instead
  bool silence = true;        // a guest that fell silent keeps what it has touched
  bool evidence = true;       // where memory is scarce, above its fair share a VM needs only what it touched
  bool unbelieved = true;     // a guest that cannot be believed gives what others need
  bool absent_share = true;   // the share of a VM that is not heard does not go to another
  bool stand_in = true;       // balloon statistics replace a service that is not heard
  bool give_back = true;      // a guest that nobody reports about gets its startup memory back
  bool learned_floor = true;  // a level that hurt is avoided for a while
  bool orphans = true;        // memory of a VM without a monitor stays counted until its process ends
  bool reboots = true;        // targets from before a reboot of the guest are void
  bool other_hand = true;     // a VM that something else manages too is left to it
  bool reservations = true;   // memory promised to a VM that is about to start goes to nobody else
};

struct GuardName {
  std::string_view name;
  std::string_view about;  // one line
  void (*switch_off)(Guards&);
};
std::span<const GuardName> guard_names();

// All guards but the named one. The error lists all names.
Result<Guards> without_guard(std::string_view name);

}  // namespace aerostat
