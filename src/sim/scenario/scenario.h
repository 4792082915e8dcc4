// Scenario: a small story about a host in a text file, with what must hold and which guards that requires
// (docs/guide/scenarios.md has the format). Parsed here, played by play.h. Refuses, with file and line,
// unknown words, missing VMs, and times beyond the end.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "model/profile_name.h"
#include "model/settings.h"
#include "sim/scenario/nonsense.h"
#include "sim/world/behaviour.h"

namespace aerostat::sim {

struct ScenarioVm {
  std::string name;
  Settings settings;
  bool statistics = false;  // its balloon also reports its need
  bool later = false;       // starts only when a step says so
  double needs_mib = 0;     // at first; part of it is:
  double cache_mib = 0;
  double hot = 1;  // share of its page cache that it comes back to
  std::shared_ptr<const Behaviour> behaviour;
};

struct ScenarioStep {
  enum class Kind { Needs, Reserve, Release, Start, Reboot, LoseMonitor, End };
  double at = 0;  // s
  Kind kind = Kind::Needs;
  std::string vm;
  double needs_mib = 0, cache_mib = 0;
  double over_s = 0;  // duration of the change
  Bytes amount;       // reserved
};

// What is checked: one number, or a status, of the host or of one VM.
struct Expectation {
  enum class When {
    At,
    By,
    From,
    Always,
    End
  };  // at a time; once until then; added since; always since; at the end
  std::string text;  // as written
  int line = 0;
  When when = When::End;
  double time = 0;
  std::string subject;  // a VM; empty: the host
  std::string measure;  // "assigned", "free", …; empty: the status
  std::string status;   // as the list shows it
  char sign = '>';      // of >=, <= and =
  double value = 0;     // MiB, seconds, percent or a count
};

struct Scenario {
  std::string file, name;
  Bytes host, reserve;
  std::optional<Bytes> physical;  // what the machine really has, if it is less than VMs may share
  ProfileName profile = ProfileName::Balanced;
  Planner plan;  // instead of the policy; none: the policy
  std::uint64_t seed = 1;
  double runs_s = 0;
  std::vector<ScenarioVm> vms;
  std::vector<ScenarioStep> steps;  // in the order of time
  std::vector<Expectation> expectations;
  std::vector<std::string> without;  // guards that it requires

  const ScenarioVm* vm(std::string_view name) const;
};

// Each error begins with `file`.
Result<Scenario> parse_scenario(const std::string& text, const std::string& file);
Result<Scenario> read_scenario(const std::string& path);

}  // namespace aerostat::sim
