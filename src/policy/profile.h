// Profile: how boldly memory is managed: prices, and how certain headroom is. Each VM's headroom, and the way
// its memory is held, follow from these and from its behaviour (outlook.h, trials.h).
#pragma once

#include "model/profile_name.h"

namespace aerostat {

// The elements of the policy. All are on. Only benchmarks switch one off, to show its effect.
struct Elements {
  bool trials = true;  // off: the first way applies to every VM
  bool ahead = true;   // off: no room for bursts, and a growth brings no more than is needed
  bool error = true;   // off: every estimate has the largest measured error
};

struct Profile {
  // The price of a MiB missing for a second, in MiB held idle for a second.
  double short_price = 100;
  // The price of a change of the target, in GiB held idle for a second.
  double change_price = 0.25;
  // The price of plugging, in seconds of holding what is plugged.
  double plug_price = 4;
  // Headroom for the typical rise of need while memory is on its way, in standard deviations.
  double headroom_sigmas = 0.46;
  // Always kept free, with this share of need; kSaturated at least, because a kernel with less looks for
  // pages to evict. A VM grows with less than this and the headroom above its need.
  double floor_mib = 12, floor_share = 0;
  // Comfort: a growth brings the VM at least this far above its need (a share of need, within bounds), and it
  // rests there. In between it is left alone, so that a trembling estimate moves nothing.
  double comfort_share = 0, comfort_least_mib = 0, comfort_most_mib = 0;
  Elements with = {};
};

const Profile& profile(ProfileName name);

// The same for a VM without a port for the service. Its balloon's available memory omits page cache up to a
// watermark and the lists of processors, some tens of MiB that a service counts (policy/kept.h). The same
// guest therefore shows that much less comfort.
Profile by_statistics(const Profile& told);

}  // namespace aerostat
