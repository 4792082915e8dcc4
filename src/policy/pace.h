// How fast a VM may shrink, by the rule that asks for it. Growing has no pace: it is immediate and unstepped.
#pragma once

#include <optional>

#include "model/views.h"
#include "model/wish.h"

namespace aerostat {

// The most to take in one move, by the rule.
Bytes shrink_step(const VmView& vm, Rule rule);

// The most to take in one move, whatever the guest's estimated need: what it shows to spare, less what is on
// its way out, and at most half of what it has. A cut of needed memory also counts its free swap. The guest
// is checked again before the next move. Untouched memory can always be spared. Missing: the guest does not
// show it.
std::optional<Bytes> shown_to_spare(const VmView& vm, Rule rule);

// Whether the last moves of this VM are long enough ago.
bool may_shrink(const VmView& vm, Rule rule);

}  // namespace aerostat
