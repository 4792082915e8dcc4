// Fair share: what a VM may have on its word alone, its part of the memory that is shared by weight. One
// definition, used by policy and guards.
#pragma once

#include "base/bytes.h"
#include "model/views.h"

namespace aerostat {

// A VM may have this many times what the host sees of its process, above its fair share: enough to double at
// each step for one that really fills its memory, nothing for one that only says so.
inline constexpr double kEvidenceFactor = 2.0;

// What VMs share by weight, and the sum of their weights. One that is not heard yet, or not now, has its part
// all the same: or another could take it meanwhile.
struct FairPool {
  Bytes memory;
  double weights = 0;
};
FairPool fair_pool(const HostView& host);

// At least its minimum, at most its maximum.
Bytes fair_share(const FairPool& pool, const VmView& vm);

}  // namespace aerostat
