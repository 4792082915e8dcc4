// A VM's newest sample as JSON: all that its guest reported about its memory, and what the host gave it. For
// recordings.
#pragma once

#include "api/json.h"

namespace aerostat {

Json sample_json(const VmReport& report);

}  // namespace aerostat
