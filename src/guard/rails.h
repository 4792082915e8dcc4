// Rails: what no plan may do, whoever made it. Applied to every plan between deciding and acting; pure.
// They believe nothing that a plan says of a VM: what it has and what it may have comes from the view alone.
// Rails can be switched off one by one, only so that tests can show that each is needed.
#pragma once

#include <vector>

#include "model/fair_share.h"
#include "model/ruling.h"
#include "model/views.h"

namespace aerostat {

struct Rails {
  bool limits = true;      // law 2: within minimum and maximum
  bool ledger = true;      // law 1: what is granted is free now, seen to be so
  bool physical = true;    // law 1: and the host's kernel has it too
  bool fair_share = true;  // law 4: above its fair share a VM needs the host's own evidence
  bool lock_out = true;    // law 3: no shrink right after a growth
};

// No plan may shrink a VM this soon after it was grown.
inline constexpr Duration kLockOut = std::chrono::seconds(1);

// One ruling per wish, in the order given. A wish for a VM that is not in `host`, that an earlier wish spoke
// of, or that is not movable is granted nothing; a VM that is not believed may only be shrunk. The rulings
// together never grant more than host.free(). `known`: the pool of the whole host, where `host` shows a part
// of its VMs only.
std::vector<Ruling> rule_on(const HostView& host, const std::vector<Wish>& plan, const Rails& rails = {},
                            const FairPool* known = nullptr);

}  // namespace aerostat
