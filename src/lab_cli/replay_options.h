// The options that `simulate` and `plan` share: which trace, which host, which settings. ReplayWishes is what
// the command line says; prepare() reads the files and makes of it what a replay needs, or one sentence of
// what is wrong. Refuses settings that contradict each other, the trace or the host.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "sim/replay.h"

namespace CLI {
class App;
}

namespace aerostat {

struct ReplayWishes {
  std::vector<std::string> traces;
  std::string generate;  // KIND[:SECONDS[:SEED]], instead of files
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

// The policy of this name; `aerostat` comes in the profile that is wished for.
Result<sim::PolicyEntry> policy_named(const sim::Registry& registry, const std::string& name,
                                      const ReplayWishes& wishes);

// Refuses a profile other than the usual one that none of these policies would take.
Result<void> check_profile(const std::vector<std::string>& policies, const ReplayWishes& wishes);

// What the trace is called in tables and JSON: its files, or what it was generated from.
std::string trace_name(const ReplayWishes& wishes);

// Everything the flags alone can tell; no file is touched. Refuses to have no trace at all, or two kinds of
// it.
Result<sim::ReplayOptions> options_of(const ReplayWishes& wishes);

struct Prepared {
  sim::Trace trace;
  sim::ReplayOptions options;
};
// Host memory is left alone: `plan` may do without. `options`: what options_of() gave.
Result<Prepared> prepare(const ReplayWishes& wishes, sim::ReplayOptions options);

}  // namespace aerostat
