// Outlook: what a VM is likely to need soon, learned from its past need. No clock, no I/O: the same needs at
// the same times give the same outlook. Headroom goes where rises are likely; a VM that never moves gets
// almost none. Trials (trials.h) find how long idle memory is kept and how much of it goes back.
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
  double need = 0;  // MiB, at the last sample; above `seen` while the guest was saturated
  double seen = 0;  // MiB, as reported

  // How need rises.
  double learned = 0;  // MiB, when last learned from
  TimePoint learned_at{};
  double burst = 0;    // mean square of the rises of the last seconds, MiB^2 per s^2H
  double unknown = 0;  // MiB of assumed rise, while little is known
  double sigma = 0;    // MiB of typical rise while memory is on its way
  double behind = 0;   // MiB: smoothed need; a rise is need above this
  double rough = 0;    // mean square of the changes apart from that rise, MiB^2 per s^2H

  double jumps = 0;  // mean square of jumps as shares of need, per s^2H; a large jump counts little

  // MiB above need below which the VM grows, and what a growth then brings above that.
  double room = 0, ordered = 0;

  TimePoint short_at{};  // when it last had less than need and its headroom
  double moves = 0;      // recent changes per hour by the ruling way
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

// Processes one sample, not older than the last.
void look_ahead(Outlook& outlook, const Seen& seen, const Profile& profile);

// Whether need rises now, faster than estimation error.
bool rises(const Outlook& outlook);
// The VM grows when it has less than demand and this …
Bytes headroom(const Outlook& outlook);
// … to demand and this.
Bytes growth(const Outlook& outlook);
// The level that `target` may go back to, because the memory above was idle for long enough to be worth the
// change. `target` itself if none was.
Bytes rest_level(const Outlook& outlook, Bytes target, Bytes grain, const Profile& profile);

}  // namespace aerostat
