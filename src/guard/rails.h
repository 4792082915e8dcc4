// Rails: what no plan may do, whoever made it. Applied to every plan between deciding and acting; pure.
// A move that breaks a rail is cut or turned into staying, and says which rail did it. Rails can be switched
// off one by one, only so that tests can show that each is needed.
#pragma once

#include <vector>

#include "model/fair_share.h"
#include "model/move.h"
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

// The moves that may be carried out, in the order given; as many as came in. Moves for VMs that are not in
// `host` or not movable are turned into staying; one that is not believed may be shrunk. The sum of what
// grows never exceeds host.free(). `known`: the pool of the whole host, where `host` shows a part of its VMs
// only.
std::vector<Move> keep_rails(const HostView& host, std::vector<Move> plan, const Rails& rails = {},
                             const FairPool* known = nullptr);

}  // namespace aerostat
