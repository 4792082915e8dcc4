// Status of a VM that is managed and heard: OK, Low, Warning or Paging, by Hyper-V's 80 % rule. Pure.
#pragma once

#include "model/status.h"
#include "model/views.h"

namespace aerostat {

// Precondition: the VM's demand is known.
Status health(const VmView& vm, bool paging);

}  // namespace aerostat
