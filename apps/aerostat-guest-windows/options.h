// The command line of aerostat-guest.exe.
#pragma once

#include <string_view>

#include "agent/windows/agent.h"

namespace aerostat::agent {

struct CommandLine {
  enum class Do { Run, Serve, Install, Stop, Uninstall, Once, Help, Version, Complain };
  Do what = Do::Help;
  Options options;
  const char* complaint = "";  // Complain: the mistake, and the word that has it
  std::string_view culprit{};
};

CommandLine read_command_line(int count, char** words);
extern const char* const kHelp;

}  // namespace aerostat::agent
