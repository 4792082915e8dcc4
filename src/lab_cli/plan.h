// `aerostat plan`: finds the smallest host for a trace, how many such VMs fit on a given host, and a minimum
// and maximum for each VM. Does not need aerostatd.
#pragma once

#include <string>

#include "console/surroundings.h"
#include "lab_cli/replay_options.h"
#include "sim/plan/json.h"

namespace aerostat {

class PlanCommand {
 public:
  explicit PlanCommand(CLI::App& app);
  bool asked() const;
  // `json`: the program's own --json, the same as `--json -`.
  int run(const Surroundings& around, bool json) const;

 private:
  CLI::App* command_;
  ReplayWishes replay_;
  std::string policy_ = "aerostat";
  std::string violation_ = "0.01%";
  double episode_ = 2;
  std::size_t seeds_ = 5;
  std::string json_;
};

// "0.01%" or "0.0001": a share above 0, below 1.
Result<double> parse_share(const std::string& text);

// The plan for people.
std::string plan_text(const sim::RunFacts& run, const sim::Plan& plan, bool colour);

}  // namespace aerostat
