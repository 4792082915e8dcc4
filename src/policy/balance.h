// The balancer: one pass over all VMs. Numbers in; for each movable VM a move out, or the decision not to
// move, with its reason. With enough memory, every VM gets what it wants and the rest stays in the pool.
// Otherwise idle memory moves first, then buffers shrink together, then weight decides, then growth is
// refused. No clock, no I/O, no hidden state.
#pragma once

#include <vector>

#include "model/move.h"
#include "model/views.h"

namespace aerostat {

// Shrinks come before growths. All growths together never exceed host.free(). No move takes a VM outside
// [minimum, maximum].
std::vector<Move> balance(const HostView& host);

}  // namespace aerostat
