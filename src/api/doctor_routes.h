// The routes of the doctor: what its checks found, for all or for one VM.
#pragma once

#include "api/route.h"

namespace aerostat {

// Those of the host first, then those of the VMs by name.
ApiAnswer get_doctor(const Call& call);
ApiAnswer get_vm_doctor(const Call& call);

}  // namespace aerostat
