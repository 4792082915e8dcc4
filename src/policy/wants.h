// What a VM wants, from its demand, what was learned of it, and its owner's settings. One definition, used by
// policy, status and reports.
#pragma once

#include "base/bytes.h"
#include "model/parts.h"
#include "model/views.h"

namespace aerostat {

// Headroom above `demand` that the VM is to have: what its owner asked for, at least kLeastHeadroom; or else
// what was learned.
Bytes buffer_for(const Limits& limits, Bytes demand, Bytes headroom);

// What a growth brings it to, within minimum (or the learned floor) and maximum, and what that is made of.
// Missing demand: what it has.
Parts wanted_parts(const VmView& vm);
Bytes wanted(const VmView& vm);

// Headroom besides the learned: what the VM lacks of kRoomInBlock that can be given at once, while its need
// rises. A guest's kernel needs memory to add a memory block in, and time.
Bytes for_a_block(const VmView& vm);

// Below this the VM is grown: demand with its headroom and what it needs for a block, or 80 % of the buffer
// its owner asked for.
Bytes low_line(const VmView& vm);

// Whether it lies below that line for want of memory, and not only for its owner's minimum; or has nearly
// nothing.
bool lacks(const VmView& vm);

// What the guest has available, cache that it needs included, when it is down to the low line: told to the
// guest, so that it reports that moment at once.
Bytes low_mark(const VmView& vm);

// The most it is given: its maximum, or what is offered to one that took in nothing of late.
Bytes most_of(const VmView& vm);

// What it may go back to when nobody else is short, at most its target: what it needed lately, with what its
// owner wants above it.
Bytes rest_of(const VmView& vm);

// The least it can work with: demand with its headroom and a little slack, within minimum and maximum.
Bytes needed(const VmView& vm);

}  // namespace aerostat
