// Move: a change of one VM's target, or the decision not to make one, with its reason.
// Every pass says of every VM it considered what it decided and why; nothing changes without a Move.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
  Unsaid,                 // Move::why says it
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

struct Move {
  std::string vm;
  Bytes from;     // the target before
  Bytes to;       // the target decided on; equal to `from` if nothing changes
  Bytes desired;  // what the rule would have given with nothing in the way
  Rule rule = Rule::Hold;
  std::string why;  // what stands before that in the sentence, as guards add it; see reason()
  Numbers numbers = {};
  Because because = Because::Unsaid;
  Bytes about = {};       // the amount that `because` speaks of
  std::size_t index = 0;  // its place in HostView::vms

  bool grows() const { return to > from; }
  bool shrinks() const { return to < from; }
  // Says `what` of the move, before what is said of it already.
  void say(std::string what) { why = why.empty() ? std::move(what) : std::move(what) + "; " + why; }
};

// One sentence with the numbers, for people. Never empty.
std::string reason(const Move& move);

}  // namespace aerostat
