// How fast a VM may be shrunk, by the rule that asks for it. Growing has no pace: it is immediate and
// unstepped.
#pragma once

#include <optional>

#include "model/move.h"
#include "model/views.h"

namespace aerostat {

// The most to take in one move, as the rule goes.
Bytes shrink_step(const VmView& vm, Rule rule);

// The most to take in one move whatever the guest is thought to need: what it shows to spare besides what is
// on its way out, and half of what it has. A cut of needed memory counts what its swap can take. It is looked
// at again before the next. But what it never touched is to spare in any case. Missing: the guest does not
// show it.
std::optional<Bytes> shown_to_spare(const VmView& vm, Rule rule);

// Whether the last moves of this VM lie long enough back.
bool may_shrink(const VmView& vm, Rule rule);

}  // namespace aerostat
