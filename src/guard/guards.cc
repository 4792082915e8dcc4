#include "guard/guards.h"

#include <fmt/format.h>

#include <array>
#include <string>

#include "base/text.h"

namespace aerostat {

namespace {

constexpr std::array kNames = {
    GuardName{"limits", "no VM is moved beyond its minimum or maximum",
              [](Guards& g) { g.rails.limits = false; }},
    GuardName{"ledger", "granted memory is free now, and was seen to be",
              [](Guards& g) { g.rails.ledger = false; }},
    GuardName{"physical", "and the host's kernel has it too", [](Guards& g) { g.rails.physical = false; }},
    GuardName{"fair-share", "above its fair share a VM needs the host's own evidence",
              [](Guards& g) { g.rails.fair_share = false; }},
    GuardName{"lock-out", "no shrink right after a growth", [](Guards& g) { g.rails.lock_out = false; }},
    GuardName{"stall-monitor", "a change without progress is withdrawn, and others are asked instead",
              [](Guards& g) { g.stall_monitor = false; }},
    GuardName{"silence", "a guest that fell silent keeps what it has touched",
              [](Guards& g) { g.silence = false; }},
    GuardName{"evidence", "where memory is scarce, above its fair share a VM needs only what it touched",
              [](Guards& g) { g.evidence = false; }},
    GuardName{"unbelieved", "a guest that cannot be believed gives what others need",
              [](Guards& g) { g.unbelieved = false; }},
    GuardName{"absent-share", "the share of a VM that is not heard does not go to another",
              [](Guards& g) { g.absent_share = false; }},
    GuardName{"stand-in", "balloon statistics replace a service that is not heard",
              [](Guards& g) { g.stand_in = false; }},
    GuardName{"give-back",
              "a guest that nobody reports about gets its startup memory back, and more if it was in want",
              [](Guards& g) { g.give_back = false; }},
    GuardName{"learned-floor", "a level that hurt is avoided for a while",
              [](Guards& g) { g.learned_floor = false; }},
    GuardName{"orphans", "memory of a VM without a monitor stays counted until its process ends",
              [](Guards& g) { g.orphans = false; }},
    GuardName{"reboots", "targets from before a reboot of the guest are void",
              [](Guards& g) { g.reboots = false; }},
    GuardName{"other-hand", "a VM that something else manages too is left to it",
              [](Guards& g) { g.other_hand = false; }},
    GuardName{"reservations", "memory promised to a VM that is about to start goes to nobody else",
              [](Guards& g) { g.reservations = false; }},
};

}  // namespace

std::span<const GuardName> guard_names() { return kNames; }

Result<Guards> without_guard(std::string_view name) {
  std::string names;
  for (const GuardName& each : kNames) {
    if (each.name == name) {
      Guards out;
      each.switch_off(out);
      return out;
    }
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return fail(Error::Kind::NotFound,
              fmt::format("there is no guard '{}'; there are {}", printable(name, 40), names));
}

}  // namespace aerostat
