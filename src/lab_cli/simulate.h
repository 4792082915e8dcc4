// `aerostat simulate`: replays policies on a trace in the lab, and shows their figures of merit as a table,
// as JSON and as a page. Does not need aerostatd.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "console/surroundings.h"
#include "lab_cli/replay_options.h"
#include "sim/report/figures.h"
#include "sim/report/json.h"

namespace aerostat {

class Simulate {
 public:
  explicit Simulate(CLI::App& app);
  bool asked() const;
  // `json`: the program's own --json, the same as `--json -`.
  int run(const Surroundings& around, bool json) const;

 private:
  Result<std::vector<sim::PolicyEntry>> policies() const;

  CLI::App* command_;
  ReplayWishes replay_;
  std::vector<std::string> policies_{"aerostat"};
  bool list_ = false;
  std::string json_, plot_;
};

// The table for people, and a legend of its columns.
std::string simulate_table(const sim::RunFacts& run, const std::vector<sim::Figures>& policies, bool colour);
std::string policy_list(const std::vector<sim::PolicyEntry>& policies, bool colour);

}  // namespace aerostat
