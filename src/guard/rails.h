// Rails: limits that hold for every plan, whoever made it. They are applied between deciding and acting;
// pure. They take the facts about a VM from the view, never from the plan. Each rail can be switched off,
// only so that tests can show that it is needed.
#pragma once

#include <vector>

#include "model/fair_share.h"
#include "model/ruling.h"
#include "model/views.h"

namespace aerostat {

struct Rails {
  bool limits = true;      // law 2: within minimum and maximum
  bool ledger = true;      // law 1: granted memory is free now, and was seen to be
  bool physical = true;    // law 1: and the host's kernel has it too
  bool fair_share = true;  // law 4: above its fair share a VM needs the host's own evidence
  bool lock_out = true;    // law 3: no shrink right after a growth
};

// No plan may shrink a VM this soon after a growth.
inline constexpr Duration kLockOut = std::chrono::seconds(1);

// One ruling per wish, in the order given. Nothing is granted for a place outside of `host`, for a second
// wish for the same VM, or for a VM that is not movable; a VM that is not believed may only shrink. All
// rulings together never grant more than host.free(). `known`: the pool of the whole host, if `host` contains
// only some of its VMs.
std::vector<Ruling> rule_on(const HostView& host, const std::vector<Wish>& plan, const Rails& rails = {},
                            const FairPool* known = nullptr);

}  // namespace aerostat
