// The options that `simulate` and `plan` share: trace, host, settings. ReplayWishes holds the command line.
// prepare() reads the files and makes the input of a replay, or one sentence about the mistake. Refuses
// settings that contradict each other, the trace or the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/replay.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace aerostat {

struct ReplayWishes {
  std::vector<std::string> traces;
  std::string generate;                 // KIND[:SECONDS[:SEED]], instead of files
  std::string history;                  // since then, instead of both: out of the daemon's history
  const CLI::Option* socket = nullptr;  // the program's own, for that; null: it has none
  std::string host_memory, startup, minimum, maximum, settings_file;
  std::optional<int> buffer, weight;
  double period = 0.1;
  std::string texture = "auto";
  std::uint64_t seed = 1;
  double hot_cache = 1, estimator_error = 0;
  std::string block = "128M";
  std::string guest = "simple";  // or debian
  std::string profile = "balanced";
};

void add_replay_options(CLI::App& command, ReplayWishes& wishes);

// The policy of this name; `aerostat` has the requested profile.
Result<sim::PolicyEntry> policy_named(const sim::Registry& registry, const std::string& name,
                                      const ReplayWishes& wishes);

// Refuses a profile other than the default if none of these policies would use it.
Result<void> check_profile(const std::vector<std::string>& policies, const ReplayWishes& wishes);

// The name of the trace in tables and JSON: its files, or how it was generated.
std::string trace_name(const ReplayWishes& wishes);

// Checks everything that needs no file. Refuses to have no trace, or two kinds of it.
Result<sim::ReplayOptions> options_of(const ReplayWishes& wishes);

struct Prepared {
  sim::Trace trace;
  sim::ReplayOptions options;
};
// Host memory is not checked: `plan` may do without. `options`: the result of options_of().
Result<Prepared> prepare(const ReplayWishes& wishes, sim::ReplayOptions options);

}  // namespace aerostat
