// stat: the guest's own numbers, as its kernel tells them.
#pragma once

#include "event.h"

namespace workload {

// A number that the kernel does not tell is left out.
void add_stat(Event& event);

}  // namespace workload
