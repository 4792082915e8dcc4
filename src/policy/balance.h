// The balancer: one pass over all VMs. Numbers in, a move (or the decision not to move) per movable VM out,
// each with its reason. Enough for all: everybody gets wanted, the rest stays in the pool. Not enough: idle
// memory moves first, then buffers shrink together, then weight decides, then growth is refused. No clock, no
// I/O, no hidden state.
#pragma once

#include <vector>

#include "model/move.h"
#include "model/views.h"

namespace aerostat {

// Shrinks come before grows. The grows together never exceed host.free(); no move leaves minimum to maximum.
std::vector<Move> balance(const HostView& host);

}  // namespace aerostat
