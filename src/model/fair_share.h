// Fair share: the memory a VM may have on its word alone, its part by weight of the shared memory. Policy and
// guards use this one definition.
#pragma once

#include "base/bytes.h"
#include "model/views.h"

namespace aerostat {

// Above its fair share a VM may have this many times the memory that the host sees in its process. A VM that
// really fills its memory can double at each step. A VM that only claims a need gets nothing.
inline constexpr double kEvidenceFactor = 2.0;

// The memory that VMs share by weight, and the sum of their weights. A VM that has not reported yet, or is
// silent now, keeps its part. Otherwise another VM could take it meanwhile.
struct FairPool {
  Bytes memory;
  double weights = 0;
};
FairPool fair_pool(const HostView& host);

// At least its minimum, at most its maximum.
Bytes fair_share(const FairPool& pool, const VmView& vm);

}  // namespace aerostat
