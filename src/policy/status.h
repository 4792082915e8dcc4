// Status of a VM that is managed and heard: OK, Low, Warning or Paging, by Hyper-V's 80 % rule. Pure.
#pragma once

#include "base/bytes.h"
#include "model/status.h"

namespace aerostat {

// Of a VM that has `assigned`, needs `demand` and is to have `buffer` above it.
Status health(Bytes assigned, Bytes demand, Bytes buffer, bool paging);

}  // namespace aerostat
