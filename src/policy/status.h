// Status of a VM that is managed and heard: OK, Low, Warning or Paging, by Hyper-V's 80 % rule and by what is
// left in the guest: with nearly nothing available no guest is well, whatever its demand is taken for. Pure.
#pragma once

#include "base/bytes.h"
#include "model/status.h"
#include "policy/demand.h"

namespace aerostat {

// Of a VM that has `assigned`, of it `available` in the guest, and is to have `buffer` above its demand;
// `nearly_empty`: as policy/rescue.h has it.
Status health(Bytes assigned, Bytes available, const Demand& demand, Bytes buffer, bool nearly_empty);

}  // namespace aerostat
