// The balancer: one pass over all VMs. Numbers in; for each movable VM a wish out, or the wish to stay, with
// its reason. With enough memory, every VM gets what it wants and the rest stays in the pool.
// Otherwise idle memory moves first, then buffers shrink together, then weight decides, then growth is
// refused. No clock, no I/O, no hidden state.
#pragma once

#include <vector>

#include "model/views.h"
#include "model/wish.h"

namespace aerostat {

// Shrinks come before growths. All growths together never exceed host.free(). No wish takes a VM outside
// [minimum, maximum].
std::vector<Wish> balance(const HostView& host);

}  // namespace aerostat
