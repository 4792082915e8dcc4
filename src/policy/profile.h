// Profile: how boldly memory is managed, in one word. Its numbers are prices, not thresholds: each VM's headroom
// and patience are found from them by what the VM does (trials.h).
#pragma once

#include "model/profile_name.h"

namespace aerostat {

// The elements of the policy. All are on; each can be switched off only so that benchmarks can show what it pays.
struct Elements {
  bool patience_trials = true;  // off: every VM keeps idle memory for 8 s
  bool stride_trials = true;    // off: every VM grows and shrinks in middling strides
  bool habits = true;           // off: only the rises of the last seconds count
  bool trend = true;            // off: a rise under way is not expected to go on
  bool chunk = true;            // off: a growth brings the headroom and no more
  bool back = true;             // off: a growth does not look at what was needed before
  bool escalation = true;       // off: a saturated guest is offered one block, however often
  bool warm_pool = true;        // off: idle memory stays until somebody is short
};

struct Profile {
  // What a GiB missing for a second is worth, in GiB held idle for a second.
  double short_price = 147;
  // What a change of the target is worth, in GiB held idle for a second.
  double change_price = 0.25;
  // What plugging is worth: so many seconds of holding what is plugged.
  double plug_price = 1.3;
  // Kept free in any case: a kernel with less looks for pages to throw out.
  double floor_mib = 24;
  Elements with = {};
};

const Profile& profile(ProfileName name);

}  // namespace aerostat
