// The command line of aerostat-guest.
#pragma once

#include <string_view>

#include "agent/linux/agent.h"
#include "agent/linux/recorder.h"

namespace aerostat::agent {

struct CommandLine {
  enum class Do { Run, Record, Once, Cost, Help, Version, Complain };
  Do what = Do::Run;
  Options options;
  RecordOptions record;
  const char* complaint = "";  // Complain: the mistake, and the word that has it
  std::string_view culprit{};
};

CommandLine read_command_line(int count, char** words);
void print_help();

}  // namespace aerostat::agent
