// Ways: manners of holding memory. None is best for all VMs; which one suits a VM is found by trial
// (trials.h). A way says how much is kept free above need, and when and how far what lies idle goes back.
// Pure.
#pragma once

#include <array>

#include "policy/past.h"

namespace aerostat {

struct Way {
  // Grows ahead: what need typically rises by while memory is on its way is kept free too, and while need
  // rises a growth brings more.
  bool ahead = true;
  // How many times over a change must have paid for itself, by what lay idle, before it is made. At 1 no rule
  // can lose more than twice what hindsight would (ski rental).
  double patience = 1;
  // How much of what was needed of late above the present need is kept when idle memory goes back.
  double depth = 0;
  // MiB, or one block if that is more, that have to lie idle above all that this way keeps. The rules for
  // little idle memory may then move less.
  double idle_mib = 0;
};

// Found by search over these and other sets, fewer and more (docs/adr/0009). The first is that of a VM nobody
// knows.
inline constexpr std::array<Way, 8> kWays{{
    {.ahead = true, .patience = 0.6, .depth = 0.35, .idle_mib = 0},
    {.ahead = true, .patience = 0.03, .depth = 0, .idle_mib = 0},
    {.ahead = true, .patience = 0.09, .depth = 0.2, .idle_mib = 384},
    {.ahead = true, .patience = 2.2, .depth = 0, .idle_mib = 218},
    {.ahead = true, .patience = 7.5, .depth = 0.45, .idle_mib = 0},
    {.ahead = true, .patience = 16, .depth = 0.1, .idle_mib = 0},
    {.ahead = true, .patience = 30, .depth = 0.3, .idle_mib = 0},
    {.ahead = false, .patience = 0.07, .depth = 0.45, .idle_mib = 166},
}};

// What things cost, in MiB held idle for a second.
struct Costs {
  double missing = 0;  // a MiB, for a second
  double plugged = 0;  // a MiB
  double change = 0;   // of a target
};

// What a VM needs now, in MiB, and what is kept free above it: with less it is grown.
struct Need {
  double now = 0;
  double room = 0;        // by any way
  double ahead_room = 0;  // by one that grows ahead
  double block = 1;

  double low(const Way& way) const { return now + (way.ahead ? ahead_room : room); }
};

// The level that `level` MiB may go back to: the lowest of the past's for which what lay idle above it is
// worth the way's patience times what giving it away and fetching it again costs. `level` itself if nothing
// is. Where little lies idle (kSureIdleShare, kLittleIdleShare) more than the way's depth is kept, and
// kGiveMargin in any case. Never below need and room.
double idle_down_to(const Past& past, double level, const Need& need, const Way& way, const Costs& costs);

// What a growth brings above need and room while need rises by `rise` MiB/s: a part of the economic order
// quantity. Bringing more at once means fewer changes and more that lies idle meanwhile; both cost the same
// at the square root of 2 x cost of a change x rate.
double order(double rise, double need, const Costs& costs);

// MiB rounded up to whole blocks.
double in_blocks(double mib, double block);

}  // namespace aerostat
