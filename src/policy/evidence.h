// Evidence: what a guest's word is worth where memory is scarce. Above its fair share a VM needs no more than
// the host sees that it touched, whatever it says; and one that cannot be believed at all gives what lies
// above both. Internal to policy.
#pragma once

#include "policy/cases.h"

namespace aerostat {

// The case of a movable VM whose fair share is `share`: what it says that it needs, and has neither by right
// nor touched, it is not taken to need.
Case believe(const VmView& vm, Bytes share);

// Of one that is moved by nobody's word: what it keeps where others lack memory. If it is owed something it
// is grown, by what is free.
Case disbelieve(const VmView& vm, Bytes share);

}  // namespace aerostat
