// How fast a VM may be shrunk, by the rule that asks for it. Growing has no pace: it is immediate and
// unstepped.
#pragma once

#include "model/move.h"
#include "model/views.h"

namespace aerostat {

// The most to take in one move.
Bytes shrink_step(const VmView& vm, Rule rule);

// Whether the last moves of this VM lie long enough back.
bool may_shrink(const VmView& vm, Rule rule);

}  // namespace aerostat
