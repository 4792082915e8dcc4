#include "lab_cli/plan.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <optional>
#include <ostream>

#include "base/log.h"
#include "base/text.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/progress.h"
#include "console/table.h"
#include "console/whole_file.h"
#include "lab_cli/complain.h"
#include "research/policies.h"

namespace aerostat {

namespace {

constexpr const char* kPlanFooter =
    R"(Replays the trace on smaller and smaller hosts until a limit breaks. A limit of 0.01% means that 0.01 % of all needed
memory over time may be missing; twice that share for one VM, ten times for one hour. With --host-memory it also finds
how many such VMs fit. A plan is as good as its trace: record a busy week. docs/guide/plan.md has the details.
Examples:
  aerostat plan --generate builds:1800
  aerostat plan --trace week.csv.gz
  aerostat plan --trace week.csv.gz --host-memory 64G --violation 0.05% --seeds 9
  aerostat plan --trace week.csv.gz --policy static --json - | jq .smallest_host.memory_mib)";

const CLI::Validator kShare(
    [](std::string& text) {
      const Result<double> share = parse_share(text);
      return share ? std::string() : share.error().message;
    },
    "");

}  // namespace

Result<double> parse_share(const std::string& text) {
  const bool percent = !text.empty() && text.back() == '%';
  const char* const last = text.data() + text.size() - (percent ? 1 : 0);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (percent) value /= 100;
  if (error != std::errc() || end != last || !(value > 0) || value >= 1) {
    return fail(
        Error::Kind::Invalid,
        fmt::format("'{}' is not a share above 0 and below 1; write 0.01% or 0.0001", printable(text, 40)));
  }
  return value;
}

PlanCommand::PlanCommand(CLI::App& app)
    : command_(app.add_subcommand("plan", "Find the smallest host for a trace, and how many VMs fit")) {
  add_replay_options(*command_, replay_);
  command_->add_option("--policy", policy_, "the policy; see aerostat simulate --list-policies")
      ->capture_default_str()
      ->type_name("NAME");
  command_->add_option("--violation", violation_, "allowed unmet need, as a share of all need")
      ->check(kShare)
      ->capture_default_str()
      ->type_name("SHARE%");
  command_->add_option("--episode", episode_, "longest continuous deficit that a guest may feel, seconds")
      ->check(number_from(0, 3600))
      ->capture_default_str()
      ->type_name("S");
  command_->add_option("--seeds", seeds_, "number of fleets tried for the number of VMs; the median counts")
      ->check(CLI::Range(1, 100))
      ->capture_default_str()
      ->type_name("N");
  command_
      ->add_option("--json", json_, "write the plan as JSON to this file; -: print it instead of the text")
      ->type_name("FILE|-");
  command_->footer(kPlanFooter);
}

bool PlanCommand::asked() const { return command_->parsed(); }

int PlanCommand::run(const Surroundings& around, bool json) const {
  const Result<sim::PolicyEntry> policy = policy_named(sim::builtin_policies(), policy_, replay_);
  if (!policy) return complain(around, policy.error(), kUsage);
  if (!policy->make) {
    return complain(
        around,
        {Error::Kind::Invalid, "--policy " + policy->name +
                                   ": it sees all need beforehand and no host bounds it, so there "
                                   "is nothing to plan; name one that a host can run, as aerostat"},
        kUsage);
  }
  if (const Result<void> right = check_profile({policy_}, replay_); !right)
    return complain(around, right.error(), kUsage);
  const Result<sim::ReplayOptions> options = options_of(replay_);
  if (!options) return complain(around, options.error(), kUsage);
  const bool print_json = json || json_ == "-";
  std::optional<WholeFile> file;
  if (!json_.empty() && json_ != "-") {
    Result<WholeFile> opened = WholeFile::open(json_);
    if (!opened) return complain(around, opened.error(), kFailed);
    file.emplace(std::move(*opened));
  }

  set_log_level(LogLevel::Error);  // the daemon's own code runs in the lab
  Progress progress(around.err, around.err_terminal);
  progress.show(0, "reading the trace");
  const Result<Prepared> prepared = prepare(replay_, *options);
  if (!prepared) {
    progress.clear();
    return complain(around, prepared.error(), kFailed);
  }
  const sim::Trace& trace = prepared->trace;
  const sim::ReplayOptions& o = prepared->options;
  const sim::RunFacts facts{trace_name(replay_), o.host_memory.to_mib(), texture_used(trace, o.texture),
                            o.seed};
  const auto tell = [&](double done, const std::string& what) { progress.show(done, what); };
  sim::Plan plan;
  plan.policy = policy->name;
  plan.limits = {parse_share(violation_).value_or(1e-4), episode_};
  plan.host = smallest_host(trace, *policy, o, plan.limits, tell);
  if (o.host_memory > Bytes{}) plan.density = density(trace, *policy, o, plan.limits, seeds_, tell);
  plan.advice = advice_for(trace, o);
  progress.clear();

  const std::string text = plan_json(facts, plan);
  if (file) {
    if (const Result<void> written = file->commit(text); !written)
      return complain(around, written.error(), kFailed);
  }
  around.out << (print_json ? text : plan_text(facts, plan, around.colour)) << std::flush;
  return kDone;
}

}  // namespace aerostat
