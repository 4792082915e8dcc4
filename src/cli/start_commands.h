// The commands about VMs that are about to start: reserve, release, reservations, start-gate.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/starts.h"

namespace aerostat {

class StartCommands {
 public:
  explicit StartCommands(CLI::App& app);
  bool asked() const;
  int run(const std::string& socket, const Output& output) const;

  // `release` also undoes an adoption (cli/adopt_command.h).
  CLI::App* release_command() { return release_; }
  // Whether the daemon keeps memory for the VM that was named.
  bool holds(const std::string& socket, const Output& output) const;

 private:
  void add_times(CLI::App& command);
  StartRequest request() const;
  int run_gate(Starts& starts, const Output& output) const;

  CLI::App* reserve_;
  CLI::App* release_;
  CLI::App* list_;
  CLI::App* gate_;
  std::string vm_, memory_, unreached_ = "start";
  int wait_ = static_cast<int>(kUsualWait.count());
  int lasts_ = static_cast<int>(kUsualLasts.count());
  int weight_ = 0;
  std::vector<std::string> command_;
};

}  // namespace aerostat
