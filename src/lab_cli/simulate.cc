#include "lab_cli/simulate.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>
#include <ostream>

#include "base/log.h"
#include "console/exit_status.h"
#include "console/progress.h"
#include "console/table.h"
#include "console/whole_file.h"
#include "lab_cli/complain.h"
#include "research/oracle_replay.h"
#include "research/policies.h"
#include "sim/report/plot.h"

namespace aerostat {

namespace {

constexpr const char* kSimulateFooter =
    R"(A trace is CSV (or gzip of it) with the header time_s,vm,need_mib and optionally cache_mib (page cache in the need)
and limit_mib (the VM's maximum). Instead of a trace, --generate makes a load from a seed; it proves nothing about real
guests. docs/guide/simulate.md explains every figure.
Examples:
  aerostat simulate --list-policies
  aerostat simulate --generate builds:1800 --policy aerostat,static,oracle --host-memory 24G
  aerostat simulate --trace week.csv.gz --policy aerostat,static,plain,oracle --host-memory 64G
  aerostat simulate --trace web.csv db.csv --host-memory 8G --minimum 512M --buffer 10 --plot out.html
  aerostat simulate --trace week.csv.gz --policy all --host-memory 64G --json - | jq '.policies[] | {policy, s}')";

}  // namespace

Simulate::Simulate(CLI::App& app)
    : command_(
          app.add_subcommand("simulate", "Replay policies on a trace of what VMs needed, and score them")) {
  add_replay_options(*command_, replay_);
  command_
      ->add_option("--policy", policies_,
                   "policies to replay, separated by commas, or all (default aerostat)")
      ->delimiter(',')
      ->type_name("NAME,...");
  command_->add_flag("--list-policies", list_, "list the policies");
  command_
      ->add_option("--json", json_,
                   "write the figures as JSON to this file; -: print them instead of the table")
      ->type_name("FILE|-");
  command_->add_option("--plot", plot_, "write a page of need, assigned and committed memory over time")
      ->type_name("FILE.html");
  command_->footer(kSimulateFooter);
}

bool Simulate::asked() const { return command_->parsed(); }

Result<std::vector<sim::PolicyEntry>> Simulate::policies() const {
  const sim::Registry registry = sim::builtin_policies();
  if (const Result<void> right = check_profile(policies_, replay_); !right) return fail(right.error());
  std::vector<sim::PolicyEntry> out;
  const auto take = [&](const sim::PolicyEntry& entry) {
    const bool there =
        std::any_of(out.begin(), out.end(), [&](const auto& other) { return other.name == entry.name; });
    if (!there) out.push_back(entry);
  };
  for (const std::string& name : policies_) {
    if (name == "all") {
      for (const sim::PolicyEntry& entry : registry.all()) take(entry);
      continue;
    }
    const Result<sim::PolicyEntry> entry = policy_named(registry, name, replay_);
    if (!entry) return fail(entry.error());
    take(*entry);
  }
  return out;
}

int Simulate::run(const Surroundings& around, bool json) const {
  if (list_) {
    around.out << policy_list(sim::builtin_policies().all(), around.colour);
    return kDone;
  }
  const bool print_json = json || json_ == "-";
  const auto entries = policies();
  if (!entries) return complain(around, entries.error(), kUsage);
  const Result<sim::ReplayOptions> options = options_of(replay_);
  if (!options) return complain(around, options.error(), kUsage);
  if (replay_.host_memory.empty()) {
    const char* const missing =
        "no host memory; give the memory that the VMs share, such as --host-memory 16G";
    return complain(around, {Error::Kind::Invalid, missing}, kUsage);
  }
  std::optional<WholeFile> json_file, plot_file;
  for (const auto& [path, file] : {std::pair{&json_, &json_file}, std::pair{&plot_, &plot_file}}) {
    if (path->empty() || (path == &json_ && *path == "-")) continue;
    Result<WholeFile> opened = WholeFile::open(*path);
    if (!opened) return complain(around, opened.error(), kFailed);
    file->emplace(std::move(*opened));
  }

  set_log_level(LogLevel::Error);  // the daemon's own code runs in the lab; its log is of no interest here
  Progress progress(around.err, around.err_terminal);
  progress.show(0, "reading the trace");
  Result<Prepared> prepared = prepare(replay_, *options);
  if (!prepared) {
    progress.clear();
    return complain(around, prepared.error(), kFailed);
  }
  const sim::RunFacts facts{trace_name(replay_), options->host_memory.to_mib(),
                            texture_used(prepared->trace, options->texture), options->seed};
  sim::ReplayOptions& o = prepared->options;
  const double best = oracle_score(replay_oracle(prepared->trace, o), o.prices);
  std::vector<sim::Figures> figures;
  std::vector<sim::PlottedPolicy> plotted;
  double span = 0;
  for (const sim::PolicyEntry& entry : *entries) {
    o.progress = [&](double done) {
      const double all = static_cast<double>(entries->size());
      progress.show((static_cast<double>(figures.size()) + done) / all, entry.name);
    };
    std::optional<sim::PlotRecorder> recorder;
    if (plot_file) {
      recorder.emplace(prepared->trace, entries->size());
      span = recorder->span_s();
      o.frame_s = sim::kPlotFrame;
      o.frames = [&recorder](const sim::Frame& frame) { recorder->frame(frame); };
    }
    figures.push_back(figures_of(replay(prepared->trace, entry, o), best, o.prices));
    if (recorder) plotted.push_back(recorder->finish(entry.name));
  }
  progress.clear();

  const std::string text = figures_json(facts, figures);
  if (json_file) {
    if (const Result<void> written = json_file->commit(text); !written)
      return complain(around, written.error(), kFailed);
  }
  if (plot_file) {
    if (const Result<void> written = plot_file->commit(plot_page(facts, span, figures, plotted)); !written)
      return complain(around, written.error(), kFailed);
  }
  around.out << (print_json ? text : simulate_table(facts, figures, around.colour)) << std::flush;
  return kDone;
}

}  // namespace aerostat
