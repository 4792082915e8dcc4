// stat: the guest's own numbers, from its kernel.
#pragma once

#include "event.h"

namespace workload {

// A number that the kernel does not report is omitted.
void add_stat(Event& event);

}  // namespace workload
