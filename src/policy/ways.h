// Ways: manners of holding memory. None is best for all VMs; which one suits a VM is found by trial
// (trials.h). A way says when and how far what lies idle goes back. Pure.
#pragma once

#include <array>

#include "policy/past.h"

namespace aerostat {

struct Way {
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
inline constexpr std::array<Way, 7> kWays{{
    {.patience = 0.6, .depth = 0.3, .idle_mib = 0},
    {.patience = 0.03, .depth = 0, .idle_mib = 128},
    {.patience = 0.2, .depth = 0.2, .idle_mib = 384},
    {.patience = 6, .depth = 0.45, .idle_mib = 166},
    {.patience = 25, .depth = 0.1, .idle_mib = 0},
    {.patience = 30, .depth = 0.3, .idle_mib = 128},
    {.patience = 0.07, .depth = 0.45, .idle_mib = 166},
}};

// What things cost, in MiB held idle for a second.
struct Costs {
  double missing = 0;  // a MiB, for a second
  double plugged = 0;  // a MiB
  double change = 0;   // of a target
};

// What a VM needs now, in MiB.
struct Need {
  double now = 0;
  double room = 0;   // kept free above it: with less it is grown
  double error = 0;  // by which the estimate may be off (standard deviation)
  double block = 1;

  double low() const { return now + room; }
};

// The level that `level` MiB may go back to: the lowest of the past's for which what lay idle above it is
// worth the way's patience times what giving it away and fetching it again costs. `level` itself if nothing
// is. Never below need and room. An estimate that errs makes a constant need wander: what is not more than
// that (kErrorKept, kErrorMost, kErrorSure, kErrorIdle) is not taken for idle.
double idle_down_to(const Past& past, double level, const Need& need, const Way& way, const Costs& costs);

// What a growth brings above need and room while need rises by `rise` MiB/s: a part of the economic order
// quantity. Bringing more at once means fewer changes and more that lies idle meanwhile; both cost the same
// at the square root of 2 x cost of a change x rate.
double order(double rise, double need, const Costs& costs);

// MiB rounded up to whole blocks.
double in_blocks(double mib, double block);

}  // namespace aerostat
