// aerostat: the command. This file only sets up the terminal; everything else is in src/cli.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "cli/command_line.h"

int main(int argc, char** argv) {
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  const bool err_terminal = ::isatty(STDERR_FILENO) == 1;
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const kind = std::getenv("TERM");
  const bool colour = terminal && (no_colour == nullptr || *no_colour == '\0') && kind != nullptr &&
                      std::string(kind) != "dumb";
  winsize size{};
  const std::size_t width = terminal && ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
  return aerostat::run_command_line({argv + 1, argv + argc},
                                    {std::cout, std::cerr, terminal, colour, err_terminal, width});
}
