// Wish: what a policy would have the target of one VM be, and why. It is a plain value without a name: the VM
// is a place in the view that the policy was shown. A wish changes nothing; the guards rule on it (ruling.h).
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

// What a decision was made from.
struct Numbers {
  Bytes assigned;
  std::optional<Bytes> demand;
  Parts wanted;
  bool kernel_short = false;
};
std::string numbers_text(const Numbers& numbers);

// Why it was decided so. A pass over thousands of VMs says this of each, and a sentence is made of it only
// when somebody asks.
enum class Because {
  Unsaid,                 // the policy gives no reason
  Enough,                 // stays: it has what it wants …
  AtMaximum,              // … as far as its owner lets it …
  MostIsThere,            // … or nearly
  NotTakenIn,             // stays, though it lacks memory: it took in nothing of what it was given
  JustMoved,              // stays: some lies idle, but it was moved a moment ago
  NotNeeded,              // `about` lay idle for long enough
  OthersShort,            // of `about`, and it has spare, …
  OthersShortUnbelieved,  // … or nobody can say that it needs it, …
  OthersShortStalled,     // … but it does not give what it was asked for
  OthersShortDistressed,  // … but it shows distress itself
  OthersShortJustMoved,   // … but it was moved a moment ago
  ShowsNoSpare,   // stays: `about` seems idle, and the guest shows no more available than it is to have
  NearlyEmpty,    // grows: it has nearly nothing available, whatever the numbers say
  Needs,          // the numbers say it
  BeingFreed,     // `about` more is being freed for it
  BuffersShared,  // `about` more is refused: there is not enough for all buffers
  WeightDecides,  // `about` more is refused: there is not enough for all demand
};

struct Wish {
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  std::size_t place = kNowhere;  // of the VM in HostView::vms
  Bytes to;                      // the target wanted now; the present one if it is to stay
  Bytes desired;                 // what the rule would have given with nothing in the way
  Rule rule = Rule::Hold;
  Because because = Because::Unsaid;
  Bytes about;  // the amount that `because` speaks of
  Numbers numbers;
};

// Why it was wished, in one sentence with the numbers, of a VM whose target was `from`. Empty if unsaid.
std::string why(const Wish& wish, Bytes from);

}  // namespace aerostat
