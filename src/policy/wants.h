// What a VM wants, from its demand and its owner's settings. One definition, used by policy, status and
// reports.
#pragma once

#include "base/bytes.h"
#include "model/views.h"

namespace aerostat {

// Headroom above `demand` the owner asked for; at least kLeastHeadroom.
Bytes buffer_for(Bytes demand, const Limits& limits);

// demand + buffer + forecast, within minimum (or the learned floor) and maximum. Missing demand: what it has.
Bytes wanted(const VmView& vm);

// As wanted(), with 80 % of the buffer: below this the VM is Low and is grown.
Bytes low_line(const VmView& vm);

// What the guest has available when its buffer is down to 80 %, without a forecast: told to the guest, so
// that it reports that moment at once.
Bytes low_mark(const VmView& vm);

// The least it can work with: demand with its forecast and a little slack, within minimum and maximum.
Bytes needed(const VmView& vm);

}  // namespace aerostat
