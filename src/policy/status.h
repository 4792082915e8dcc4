// Status of a VM that is managed and reports: OK, Low, Warning or Paging, by Hyper-V's 80 % rule and by what
// is left in the guest. With nearly nothing available no guest is well, whatever its estimated demand. Pure.
#pragma once

#include "base/bytes.h"
#include "model/status.h"
#include "policy/demand.h"

namespace aerostat {

// For a VM that has `assigned`, `available` of it in the guest, and that should have `buffer` above its
// demand. `nearly_empty`: see policy/rescue.h.
Status health(Bytes assigned, Bytes available, const Demand& demand, Bytes buffer, bool nearly_empty);

}  // namespace aerostat
