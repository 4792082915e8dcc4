// Plays a scenario: runs the daemon's own loop on a virtual host, step by step, and reports what did not
// hold.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "guard/guards.h"
#include "sim/scenario/scenario.h"

namespace aerostat::sim {

struct Played {
  std::vector<std::string> failures;  // one sentence each; a broken law is one, and ends the play
  std::vector<std::string> figures;   // the measured value of each expectation of a number, one sentence each
  std::uint64_t passes = 0;           // of the daemon's loop
  bool held() const { return failures.empty(); }
};

// One line for each VM whenever something about it changed; for people.
using Timeline = std::function<void(const std::string& line)>;

Played play(const Scenario& scenario, const Guards& guards, const Timeline& timeline = {});

}  // namespace aerostat::sim
