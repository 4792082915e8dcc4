// complain: says on a line of its own why a command of the lab gives up. Returns the status to exit with.
#pragma once

#include <ostream>

#include "base/result.h"
#include "base/text.h"
#include "console/exit_status.h"
#include "console/surroundings.h"

namespace aerostat {

inline int complain(const Surroundings& around, const Error& error, int status = kFailed) {
  around.err << "aerostat: " << clean(error.message) << "\n";
  return status;
}

}  // namespace aerostat
