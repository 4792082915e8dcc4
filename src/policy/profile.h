// Profile: how boldly memory is managed, in one word: what things cost and how sure headroom is to be. Each
// VM's headroom, and the way its memory is held, are found from them by what the VM does (outlook.h,
// trials.h).
#pragma once

#include "model/profile_name.h"

namespace aerostat {

// The elements of the policy. All are on; each can be switched off only so that benchmarks can show what it
// pays.
struct Elements {
  bool trials = true;  // off: the first way holds for every VM
  bool ahead = true;   // off: no room for bursts, and a growth brings no more than is needed
  bool error = true;   // off: every estimate is taken to err by as much as was measured at most
};

struct Profile {
  // What a MiB missing for a second is worth, in MiB held idle for a second.
  double short_price = 100;
  // What a change of the target is worth, in GiB held idle for a second.
  double change_price = 0.25;
  // What plugging is worth: so many seconds of holding what is plugged.
  double plug_price = 4;
  // Kept free of what a VM's need typically rises by while memory is on its way, in standard deviations.
  double headroom_sigmas = 0.46;
  // Kept free in any case, and this share of need; kSaturated at least: a kernel with less looks for pages to
  // throw out. With less than this and the headroom above its need a VM is grown.
  double floor_mib = 12, floor_share = 0;
  // Comfort: a growth brings it to this above its need at least, a share of need within bounds, and it rests
  // there. In between it is left alone: an estimate that trembles moves nothing.
  double comfort_share = 0, comfort_least_mib = 0, comfort_most_mib = 0;
  Elements with = {};
};

const Profile& profile(ProfileName name);

// The same for a VM that has no port for a service. What its balloon calls available leaves out page cache up
// to a watermark and the lists of processors, some tens of MiB that a service counts (policy/kept.h): so much
// less comfort shows the same guest.
Profile by_statistics(const Profile& told);

}  // namespace aerostat
