// Move: a change of one VM's target, or the decision not to make one, with its reason.
// Every pass says of every VM it considered what it decided and why; nothing changes without a Move.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

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
  Bytes headroom;
  Bytes wanted;
  bool kernel_short = false;
};
std::string numbers_text(const Numbers& numbers);

// Why a VM stays as it is. Nearly every decision is one of these, so their sentences are made when somebody
// asks.
enum class Staying { No, Enough, AtMaximum, MostIsThere, JustMoved };

struct Move {
  std::string vm;
  Bytes from;     // the target before
  Bytes to;       // the target decided on; equal to `from` if nothing changes
  Bytes desired;  // what the rule would have given with nothing in the way
  Rule rule = Rule::Hold;
  std::string why;  // one sentence, for people; empty: `staying` and the numbers say it, see reason()
  Numbers numbers = {};
  Staying staying = Staying::No;
  std::size_t index = 0;  // its place in HostView::vms

  bool grows() const { return to > from; }
  bool shrinks() const { return to < from; }
};

// One sentence with the numbers, for people. Never empty.
std::string reason(const Move& move);

}  // namespace aerostat
