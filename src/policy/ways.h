// Ways: how to hold memory. None is best for all VMs; trials (trials.h) find the way that suits a VM. A way
// says when and how far idle memory goes back. Pure.
#pragma once

#include <array>

#include "policy/past.h"

namespace aerostat {

struct Way {
  // How many times over idle memory must have paid for a change before it is made. At 1 no rule can lose more
  // than twice what hindsight would (ski rental).
  double patience = 1;
  // The share of the recent need above the present need that is kept when idle memory goes back.
  double depth = 0;
  // MiB, or one block if that is more, that must be idle above all that this way keeps. The rules for little
  // idle memory may then move less.
  double idle_mib = 0;
};

// Found by search over these and other sets, smaller and larger (docs/adr/0009). The first way is for an
// unknown VM.
inline constexpr std::array<Way, 7> kWays{{
    {.patience = 0.6, .depth = 0.3, .idle_mib = 0},
    {.patience = 0.03, .depth = 0, .idle_mib = 128},
    {.patience = 0.2, .depth = 0.2, .idle_mib = 384},
    {.patience = 6, .depth = 0.45, .idle_mib = 166},
    {.patience = 25, .depth = 0.1, .idle_mib = 0},
    {.patience = 30, .depth = 0.3, .idle_mib = 128},
    {.patience = 0.07, .depth = 0.45, .idle_mib = 166},
}};

// Prices, in MiB held idle for a second.
struct Costs {
  double missing = 0;  // a MiB, for a second
  double plugged = 0;  // a MiB
  double change = 0;   // of a target
};

// A VM's present need, in MiB.
struct Need {
  double now = 0;
  double room = 0;   // kept free above it: with less the VM grows
  double error = 0;  // by which the estimate may be off (standard deviation)
  double block = 1;

  double low() const { return now + room; }
};

// The level that `level` MiB may go back to: the lowest past level for which the idle memory above it is
// worth the way's patience times the cost of giving it away and fetching it again. `level` itself if there is
// none. Never below need and room. An erring estimate makes a constant need wander, so amounts within the
// error (kErrorKept, kErrorMost, kErrorSure, kErrorIdle) do not count as idle.
double idle_down_to(const Past& past, double level, const Need& need, const Way& way, const Costs& costs);

// What a growth brings above need and room while need rises by `rise` MiB/s: a part of the economic order
// quantity. More at once means fewer changes and more idle memory. Both cost the same at the square root of 2
// x cost of a change x rate.
double order(double rise, double need, const Costs& costs);

// MiB rounded up to whole blocks.
double in_blocks(double mib, double block);

}  // namespace aerostat
