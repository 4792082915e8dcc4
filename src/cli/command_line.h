// The command line of `aerostat`: parses, teaches, and hands over to Commands.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace aerostat {

struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;
  bool colour = false;
  bool err_terminal = false;
};

// `args` without the program's name. Returns the exit status, see commands.h.
int run_command_line(const std::vector<std::string>& args, const Surroundings& around);

}  // namespace aerostat
