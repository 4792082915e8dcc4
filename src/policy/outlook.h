// Outlook: what a VM is likely to need shortly, learned from how its need moved. No clock, no I/O: the same
// needs at the same times give the same outlook.
// Headroom goes where bursts are likely; a VM that never moves gets almost none. How much, and how long idle
// memory is kept, is not set but found: 12 trials, each a patience and a stride, follow its need on
// paper, and the one that would have been cheapest in the last quarter of an hour rules.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/clock.h"
#include "policy/profile.h"

namespace aerostat {

// Patience on trial: for how many seconds memory must not have been needed before it goes back.
inline constexpr std::array<double, 4> kTrialHolds{2.2, 5.5, 14, 35};
// Strides: how much a growth brings while need rises, in economic order quantities, and how much of what was needed of
// late is kept when idle memory goes back. Long ones mean few changes and more that lies idle.
struct Stride {
  double order, keep;
};
inline constexpr std::array<Stride, 3> kTrialStrides{{{0.43, 0.75}, {0.6, 0.79}, {1.2, 1.1}}};

// What is idle for longer than any trial waits goes back in smaller pieces, after these seconds.
inline constexpr std::array<double, 3> kLateHolds{64, 128, 256};

struct Trials {
  static constexpr std::size_t kCount = kTrialHolds.size() * kTrialStrides.size();
  static constexpr std::size_t index(std::size_t hold, std::size_t stride) {
    return hold * kTrialStrides.size() + stride;
  }
  std::array<float, kCount> level{};  // MiB it would have given
  std::array<float, kCount> cost{};   // of late, in MiB s held idle
  std::size_t best = 0;

  std::size_t hold() const { return best / kTrialStrides.size(); }  // of kTrialHolds
  const Stride& stride() const { return kTrialStrides[best % kTrialStrides.size()]; }
};

struct Outlook {
  static constexpr std::size_t kSlots = 72;  // half seconds remembered
  static constexpr std::size_t kLateSlots = 8;  // and spans of 32 s
  bool started = false;
  TimePoint at{};
  TimePoint met_at{};  // when it was seen first
  double need = 0;     // MiB, at the last sample; more than was seen while the guest was saturated
  double seen = 0;     // MiB, as it was seen
  double learned = 0;  // MiB, when it was learned from last
  TimePoint learned_at{};
  double fast = 0;     // mean square of rises of the last seconds, MiB^2 per s^2H
  double slow = 0;     // likewise, of the last minute
  double unknown = 0;  // MiB it is feared to rise by, as long as little is known of it
  double sigma = 0;    // MiB by which the need typically rises while memory is on its way
  double rate = 0;     // MiB/s, when it was learned from last
  double follow = 0;   // how surely a rise was followed by another: products of neighbouring rates …
  double power = 0;    // … and their squares
  double ahead = 0;    // MiB: what is expected of a rise under way
  double behind = 0;   // MiB: its need, smoothed; a rise is what it is above this
  double moves = 0;    // changes of late that the ruling trial made, per hour
  TimePoint short_at{};   // when it last needed nearly all it had
  double escalation = 0;  // MiB, while the guest has nothing left and so cannot show what it needs
  double escalated_at = 0;  // MiB it had when that was raised, …
  TimePoint raised_at{};    // … and when
  std::int64_t slot = 0;  // half seconds since the clock's beginning
  std::array<float, kSlots> most{};                   // of need, per half second
  std::array<float, kTrialHolds.size()> held{};       // most of the holds before the present half second
  std::array<float, kLateSlots> late{};               // of need, per span, the present one too
  std::array<float, kLateHolds.size()> late_held{};   // most of the late holds
  float back = 0;                                     // most of the last kBack seconds, likewise
  Trials trials;
};

struct Seen {
  Bytes need;
  bool saturated = false;  // the guest has nothing left: it may need more than it can show
  Bytes assigned;
  Bytes grain;
  TimePoint at{};
};

// Takes in one sample, not older than the last.
void look_ahead(Outlook& outlook, const Seen& seen, const Profile& profile);

// Below demand and this the VM is grown, …
Bytes headroom(const Outlook& outlook, const Profile& profile);
// … to demand and this.
Bytes growth(const Outlook& outlook, const Profile& profile);
// What it is likely to rise by before memory could be had from others.
Bytes burst(const Outlook& outlook, const Profile& profile);
// The level down to which `target` may go back because what lies above was not needed for long enough to be
// worth the change; `target` itself if nothing was.
Bytes rest_level(const Outlook& outlook, Bytes target, Bytes grain, const Profile& profile);

}  // namespace aerostat
