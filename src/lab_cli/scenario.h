// `aerostat scenario`: plays the stories of text files in the lab, and shows for each guard they name that
// they break without it. Does not need aerostatd.
#pragma once

#include <string>
#include <vector>

#include "console/surroundings.h"

namespace CLI {
class App;
}

namespace aerostat {

class ScenarioCommand {
 public:
  explicit ScenarioCommand(CLI::App& app);
  bool asked() const;
  // Exit status 1 if anything did not hold.
  int run(const Surroundings& around) const;

 private:
  CLI::App* command_;
  std::vector<std::string> files_;
  std::string without_;
  bool timeline_ = false, figures_ = false, list_ = false;
};

}  // namespace aerostat
