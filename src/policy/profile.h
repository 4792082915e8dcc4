// Profile: how boldly memory is managed, in one word. Its numbers are prices, not thresholds: each VM's headroom
// and patience are found from them by what the VM does (trials.h).
#pragma once

#include "model/profile_name.h"

namespace aerostat {

struct Profile {
  // What a GiB missing for a second is worth, in GiB held idle for a second.
  double short_price = 500;
  // What a change of the target is worth, in GiB held idle for a second.
  double change_price = 1.25;
  // What plugging is worth: so many seconds of holding what is plugged.
  double plug_price = 4.0;
  // Kept free in any case: a kernel with less looks for pages to throw out.
  double floor_mib = 24;
};

const Profile& profile(ProfileName name);

}  // namespace aerostat
