// Evidence: what a guest's word is worth where memory is scarce. Above its fair share, a VM's need counts
// only up to what the host sees it touch. A VM that cannot be believed gives what lies above both. Internal
// to policy.
#pragma once

#include "policy/cases.h"

namespace aerostat {

// The case of a movable VM with fair share `share`: a claimed need that is neither within its share nor
// touched does not count.
Case believe(const VmView& vm, Bytes share);

// The case of a VM that nobody's reports can move: what it keeps where others lack memory. If it is owed
// memory, it grows from free memory.
Case disbelieve(const VmView& vm, Bytes share);

}  // namespace aerostat
