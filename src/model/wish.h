// Wish: the target that a policy wants for one VM, and the reason. A wish has no name in it: its VM is a
// place in the view that the policy received. A wish changes nothing; the guards rule on it (ruling.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "model/parts.h"

namespace aerostat {

// The rule that led to a decision. One word each, stable: `explain --json` prints them.
enum class Rule {
  Hold,          // enough, and nothing to spare worth moving
  Grow,          // the buffer is used up: give up to wanted
  GiveBack,      // a shrink hurt: return what was taken
  Startup,       // a VM that starts is owed its startup memory
  ReturnIdle,    // surplus has lain idle long enough
  Yield,         // others need what lies idle here
  ShareBuffers,  // not enough for all buffers: everybody keeps an equal share of its own
  CutByWeight,   // not enough for all demand: weight decides
  Refused,       // wanted more; the host has no more to give
  Waiting,       // wanted more; it is being freed elsewhere
  Guarded,       // a guard cut or stopped the move
};
std::string_view rule_name(Rule rule);

// The numbers behind a decision.
struct Numbers {
  Bytes assigned;
  std::optional<Bytes> demand;
  Parts wanted;
  bool kernel_short = false;
};
std::string numbers_text(const Numbers& numbers);

// The reason, as a code. A pass sets it for thousands of VMs; a sentence is made only when somebody reads it.
enum class Because {
  Unsaid,                 // the policy gives no reason
  Enough,                 // stays: it has all it wants
  AtMaximum,              // stays: it is at its owner's maximum
  MostIsThere,            // stays: it has nearly all it wants
  NotTakenIn,             // stays: it lacks memory, but did not take in the last it was given
  JustMoved,              // stays: some memory is idle, but its target changed a moment ago
  NotNeeded,              // shrinks: `about` was idle for long enough
  OthersShort,            // shrinks: others lack `about`, and it has spare memory
  OthersShortUnbelieved,  // shrinks: others lack `about`, and nobody who is believed says that it needs its
                          // own
  OthersShortStalled,     // stays: others lack `about`, but it does not give what was requested
  OthersShortDistressed,  // stays: others lack `about`, but it is in distress itself
  OthersShortJustMoved,   // stays: others lack `about`, but its target changed a moment ago
  ShowsNoSpare,           // stays: `about` seems idle, but the guest shows nothing to spare
  NearlyEmpty,            // grows: it has nearly nothing available, whatever its demand
  Needs,                  // grows: the numbers say so
  BeingFreed,             // `about` more is being freed for it
  BuffersShared,          // `about` more is refused: not enough for all buffers
  WeightDecides,          // `about` more is refused: not enough for all demand
};

struct Wish {
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::size_t place = kNowhere;  // of the VM in HostView::vms
  Bytes to;                      // the target wanted now; the present one to stay
  Bytes desired;                 // the target that the rule would set with nothing in the way
  Rule rule = Rule::Hold;
  Because because = Because::Unsaid;
  Bytes about;  // the amount in `because`
  Numbers numbers;
};

// The reason in one sentence with the numbers, for a VM whose target was `from`. Empty if the policy gives
// none.
std::string why(const Wish& wish, Bytes from);

}  // namespace aerostat
