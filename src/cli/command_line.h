// The command line of `aerostat`: parses, explains, and calls Commands.
#pragma once

#include <string>
#include <vector>

#include "console/surroundings.h"

namespace aerostat {

// `args` without the program's name. Returns the exit status, see console/exit_status.h.
int run_command_line(const std::vector<std::string>& args, const Surroundings& around);

}  // namespace aerostat
