// Compares a run on real guests with the same run in the lab.
//   aerostat_fidelity STEM... [--seeds N] [--looks FILE]
// STEM.json and STEM.csv come from tests/bench/fidelity/live.py. Prints one JSON object for each: figures of
// the real run, and of the lab with each seed. A seed only sets when a guest's reports fall.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "research/policies.h"
#include "run.h"
#include "sim/replay.h"

namespace {

using namespace aerostat;
using namespace aerostat::fidelity;
using Json = nlohmann::json;

Json json_of(const Figures& f) {
  return {{"footprint", f.footprint()},
          {"resizes", f.totals.changes},
          {"felt_s", f.totals.felt_s},
          {"waste", f.waste()},
          {"violation", f.violation()},
          {"converge_s", f.converge_s()},
          {"s", f.score()},
          {"plugged_mib", f.totals.plugged},
          {"need_mib_s", f.totals.need}};
}

Figures really(const LoggedRun& run) {
  Figures sum;
  for (const LoggedVm& vm : run.vms) {
    Figures one = score(vm.looks, run.from, run.to);
    one.totals.changes = static_cast<double>(std::count_if(
        vm.changes.begin(), vm.changes.end(), [&](double at) { return at >= run.from && at <= run.to; }));
    sum.add(one);
  }
  return sum;
}

sim::ReplayOptions options_of(const LoggedRun& run, std::uint64_t seed) {
  sim::ReplayOptions o;
  o.physics = sim::debian_guest();
  o.host_memory = run.capacity;
  for (const LoggedVm& vm : run.vms) o.of_vm[vm.name] = vm.settings;
  o.texture = sim::Texture::Linear;
  o.seed = seed;
  o.physics.block_mib = run.block_mib;
  // The need is as it happened: it includes the time that a starved guest lost.
  o.physics.slowest = 1;
  o.unscored_s = run.from;
  o.frame_s = run.look_s;
  return o;
}

Figures in_the_lab(const LoggedRun& run, const sim::Trace& trace, const sim::PolicyEntry& policy,
                   std::uint64_t seed, std::ofstream* write) {
  sim::ReplayOptions options = options_of(run, seed);
  std::vector<std::vector<Look>> looks(run.vms.size());
  options.frames = [&](const sim::Frame& f) {
    looks[f.vm].push_back({f.at + trace.first_s(), f.need, f.assigned, f.committed, f.said});
  };
  const sim::Outcome outcome = sim::replay(trace, policy, options);
  Figures sum;
  for (std::size_t i = 0; i < looks.size(); ++i) {
    Figures one = score(looks[i], run.from, run.to);
    one.totals.changes = outcome.vms[i].totals.changes;
    sum.add(one);
    if (!write) continue;
    for (const Look& l : looks[i])
      *write << fmt::format("{:.3f},{},{:.2f},{:.2f},{:.2f},{:.2f}\n", l.at, outcome.vms[i].name, l.need,
                            l.assigned, l.committed, l.said);
  }
  return sum;
}

Result<Json> compare(const std::string& stem, std::uint64_t seeds, std::ofstream* write) {
  const auto run = read_run(stem);
  if (!run) return fail(Error{run.error()});
  const auto trace = sim::Trace::read({stem + ".csv"});
  if (!trace) return fail(Error{trace.error()});
  const sim::Registry policies = sim::builtin_policies();
  const auto policy = policies.find(run->lab_policy);
  if (!policy) return fail(Error{policy.error()});
  Json out{{"run", stem}, {"real", json_of(really(*run))}, {"lab", Json::array()}};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed)
    out["lab"].push_back(json_of(in_the_lab(*run, *trace, **policy, seed, seed == 1 ? write : nullptr)));
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> stems;
  std::uint64_t seeds = 8;
  std::string looks;
  CLI::App app("Puts runs on real guests beside the same runs in the lab.");
  app.add_option("STEM", stems, "runs, without .json or .csv")->required();
  app.add_option("--seeds", seeds, "of the lab")->check(CLI::Range(1, 1000))->capture_default_str();
  app.add_option(
      "--looks", looks,
      "what the lab did with seed 1, as CSV: time_s,vm,need_mib,assigned_mib,committed_mib,said_mib");
  CLI11_PARSE(app, argc, argv);
  set_log_level(LogLevel::Error);
  std::ofstream file;
  if (!looks.empty()) {
    file.open(looks);
    file << "time_s,vm,need_mib,assigned_mib,committed_mib,said_mib\n";
  }
  for (const std::string& stem : stems) {
    const Result<Json> line = compare(stem, seeds, looks.empty() ? nullptr : &file);
    if (!line) return fmt::print(stderr, "aerostat_fidelity: {}\n", line.error().message), 1;
    fmt::print("{}\n", line->dump());
  }
  return 0;
}
