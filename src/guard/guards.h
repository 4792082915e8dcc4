// Guards: everything that keeps a host and its guests safe whatever the policy thinks, by name. Each can be
// switched off, only so that scenarios and tests can show that it is needed (docs/guide/scenarios.md).
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
  bool evidence = true;       // where memory is scarce, above its fair share only what a VM touched is needed
  bool unbelieved = true;     // a guest that cannot be believed gives what others need
  bool absent_share = true;   // the share of a VM that is not heard is not taken for another's
  bool stand_in = true;       // balloon statistics stand in for a service that is not heard
  bool give_back = true;      // a guest that nobody reports of gets back what it booted with
  bool learned_floor = true;  // what hurt when it was taken is not taken again for a while
  bool orphans = true;        // what a VM without a monitor holds stays counted until its process ends
  bool reboots = true;        // what was asked of a guest before it rebooted is asked no more
  bool reservations = true;   // memory promised to a VM about to start is given to nobody else
};

struct GuardName {
  std::string_view name;
  std::string_view about;  // one line
  void (*switch_off)(Guards&);
};
std::span<const GuardName> guard_names();

// All guards but the named one. The error names all there are.
Result<Guards> without_guard(std::string_view name);

}  // namespace aerostat
