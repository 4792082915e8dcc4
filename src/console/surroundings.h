// Surroundings of a command: where it writes, and whether a person reads it there.
#pragma once

#include <cstddef>
#include <iosfwd>

namespace aerostat {

struct Surroundings {
  std::ostream& out;
  std::ostream& err;
  bool terminal = false;
  bool colour = false;
  bool err_terminal = false;
  std::size_t width = 0;  // of the terminal, in characters; 0: not known
};

}  // namespace aerostat
