// Outlook: what a VM is likely to need shortly, learned from how its need moved. No clock, no I/O: the same
// needs at the same times give the same outlook.
// Headroom goes where rises are likely: a VM that never moves gets almost none. How long idle memory is kept
// and how much of it goes back is found by trial (trials.h).
#pragma once

#include "base/bytes.h"
#include "base/clock.h"
#include "policy/past.h"
#include "policy/profile.h"
#include "policy/trials.h"

namespace aerostat {

struct Outlook {
  bool started = false;
  TimePoint began{}, at{};
  double need = 0;  // MiB, at the last sample; more than was seen while the guest was saturated
  double seen = 0;  // MiB, as it was seen

  // How need rises.
  double learned = 0;  // MiB, when it was learned from last
  TimePoint learned_at{};
  double burst = 0;    // mean square of rises of the last seconds, MiB^2 per s^2H
  double unknown = 0;  // MiB it is feared to rise by, as long as little is known of it
  double sigma = 0;    // MiB by which it typically rises while memory is on its way
  double behind = 0;   // MiB: need, smoothed; a rise is what it is above this
  double rough = 0;    // mean square of what its changes were beside that rise, MiB^2 per s^2H

  double jumps = 0;  // mean square of its jumps as shares of need, per s^2H; a large one counts little

  // MiB above need below which it is grown, and what a growth then brings above that.
  double room = 0, ordered = 0;

  TimePoint short_at{};  // when it last had less than need and its headroom
  double moves = 0;      // changes of late that the ruling way made, per hour
  Past past;
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

// Whether need rises now, faster than an estimate that errs seems to.
bool rises(const Outlook& outlook);
// Below demand and this the VM is grown, …
Bytes headroom(const Outlook& outlook);
// … to demand and this.
Bytes growth(const Outlook& outlook);
// What `target` may go back to because what lies above was not needed for long enough to be
// worth the change; `target` itself if nothing was.
Bytes rest_level(const Outlook& outlook, Bytes target, Bytes grain, const Profile& profile);

}  // namespace aerostat
