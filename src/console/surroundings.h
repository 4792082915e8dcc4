// Surroundings of a command: where it writes, and whether a person reads it there.
#pragma once

#include <iosfwd>

namespace aerostat {

struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;
  bool colour = false;
  bool err_terminal = false;
};

}  // namespace aerostat
