// `aerostat history`: what the host or a VM had and needed over time, as a chart, CSV, JSON or SVG.
#pragma once

#include <string>

#include "cli/commands.h"

namespace CLI {
class App;
}

namespace aerostat {

class HistoryCommand {
 public:
  explicit HistoryCommand(CLI::App& app);
  bool asked() const;
  int run(const Client& client, const Output& output) const;

 private:
  int complain(const Output& output, const Error& error) const;

  CLI::App* command_;
  std::string vm_, since_ = "1h", until_, each_, plot_;
  int points_ = 0;
  bool csv_ = false, status_ = false;
};

}  // namespace aerostat
