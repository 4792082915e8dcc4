// What a VM wants, from its demand, what was learned, and its owner's settings. Policy, status and reports
// use this one definition.
#pragma once

#include "base/bytes.h"
#include "model/parts.h"
#include "model/views.h"

namespace aerostat {

// Headroom above `demand`: the owner's buffer, at least kLeastHeadroom; otherwise the learned headroom.
Bytes buffer_for(const Limits& limits, Bytes demand, Bytes headroom);

// The target of a growth, within minimum (or the learned floor) and maximum, and its parts. With unknown
// demand: what it has.
Parts wanted_parts(const VmView& vm);
Bytes wanted(const VmView& vm);

// Headroom besides the learned one: the part of kRoomInBlock that cannot be given at once, while need rises.
// A guest's kernel needs memory and time to add a memory block.
Bytes for_a_block(const VmView& vm);

// Below this the VM grows: demand with its headroom and the need for a block, or 80 % of its owner's buffer.
Bytes low_line(const VmView& vm);

// Whether it lies below that line for lack of memory, and not only because of its owner's minimum; or has
// nearly nothing.
bool lacks(const VmView& vm);

// The guest's available memory, needed cache included, at the low line. The guest gets this mark, so that it
// reports that moment at once.
Bytes low_mark(const VmView& vm);

// The most it can be given: its maximum, or the offer for a VM that took in nothing lately.
Bytes most_of(const VmView& vm);

// The level it may go back to when nobody else is short, at most its target: its recent need, with its
// owner's buffer above it.
Bytes rest_of(const VmView& vm);

// The least it can work with: demand with its headroom and a little slack, within minimum and maximum.
Bytes needed(const VmView& vm);

}  // namespace aerostat
