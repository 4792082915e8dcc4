// Rails: what no plan may do, whoever made it. Applied to every plan between deciding and acting; pure.
// A move that breaks a rail is cut or turned into staying, and says which rail did it. Rails can be switched
// off one by one, only so that tests can show that each is needed.
#pragma once

#include <vector>

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

// A VM may have this many times what the host sees resident in its process, above its fair share: enough to
// double at each step for one that really fills its memory, nothing for one that only says so.
inline constexpr double kEvidenceFactor = 2.0;
// No plan may shrink a VM this soon after it was grown.
inline constexpr Duration kLockOut = std::chrono::seconds(1);

// What the movable VMs may share, and the sum of their weights.
struct FairPool {
  Bytes memory;
  double weights = 0;
};
FairPool fair_pool(const HostView& host);

// The moves that may be carried out, in the order given; as many as came in. Moves for VMs that are not in
// `host` or not movable are turned into staying. The sum of what grows never exceeds host.free().
// `known`: the pool of the whole host, where `host` shows a part of its VMs only and the others as orphaned.
std::vector<Move> keep_rails(const HostView& host, std::vector<Move> plan, const Rails& rails = {},
                             const FairPool* known = nullptr);

// What a VM may have on its word alone: its part of the pool by weight, at least its minimum.
Bytes fair_share(const FairPool& pool, const VmView& vm);

}  // namespace aerostat
