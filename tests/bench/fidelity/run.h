// A run that tests/bench/fidelity/live.py recorded: what happened on real guests, and everything the lab
// needs to repeat it.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/settings.h"
#include "score.h"

namespace aerostat::fidelity {

struct LoggedVm {
  std::string name;
  Settings settings;
  std::vector<double> changes;  // when its target changed, s
  std::vector<Look> looks;
};

struct LoggedRun {
  std::string lab_policy;
  Bytes capacity;
  double block_mib = 0;
  double from = 0, to = 0;  // the scored part, s
  double look_s = 0;        // typical time between two looks
  std::vector<LoggedVm> vms;
};

// Reads STEM.json and STEM.csv.
Result<LoggedRun> read_run(const std::string& stem);

}  // namespace aerostat::fidelity
