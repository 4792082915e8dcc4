#include "lab_cli/scenario.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <ostream>

#include "base/log.h"
#include "console/exit_status.h"
#include "console/table.h"
#include "guard/guards.h"
#include "lab_cli/complain.h"
#include "sim/scenario/measures.h"
#include "sim/scenario/play.h"

namespace aerostat {

namespace {

constexpr const char* kScenarioFooter =
    R"(docs/guide/scenarios.md explains the format, tests/scenarios has many examples.
Examples:
  aerostat scenario tests/scenarios/*.scenario
  aerostat scenario --timeline tests/scenarios/stuck-guest.scenario
  aerostat scenario --timeline --without stall-monitor tests/scenarios/stuck-guest.scenario)";

std::string lists() {
  std::string out = "Guards:\n";
  for (const GuardName& guard : guard_names()) out += fmt::format("  {:<15} {}\n", guard.name, guard.about);
  for (const bool of_vm : {false, true}) {
    out += of_vm ? "Measures of a VM:\n" : "Measures of the host:\n";
    for (const sim::Measure& m : sim::measures()) {
      if (m.of_vm == of_vm) out += fmt::format("  {:<15} {}\n", m.name, m.about);
    }
  }
  return out + "A VM can also be marked: " + sim::status_list() + "\n";
}

void tell_figures(const sim::Played& played, std::ostream& out) {
  for (const std::string& figure : played.figures) out << "         " << figure << "\n";
}

// True if the scenario held, and broke without each guard it names.
bool play_one(const sim::Scenario& scenario, std::ostream& out, const sim::Timeline& timeline, bool figures) {
  const sim::Played played = play(scenario, {}, timeline);
  bool good = played.held();
  out << fmt::format("{}  {}\n", good ? "holds" : "FAILS", scenario.name);
  for (const std::string& failure : played.failures) out << "       " << failure << "\n";
  if (figures) tell_figures(played, out);
  for (const std::string& name : scenario.without) {
    const auto guards = without_guard(name);
    const sim::Played crippled = play(scenario, *guards);
    if (crippled.held()) {
      good = false;
      out << fmt::format(
          "       FAILS: it holds without {} too, so it does not show that the guard is needed\n", name);
    } else {
      out << fmt::format("       without {}: {}\n", name, crippled.failures.front());
    }
    if (figures) tell_figures(crippled, out);
  }
  return good;
}

}  // namespace

ScenarioCommand::ScenarioCommand(CLI::App& app)
    : command_(app.add_subcommand("scenario",
                                  "Play scenarios of hosts and VMs in the lab, with guards on and off")) {
  command_->add_option("files", files_, "scenario files")->type_name("FILE...");
  command_->add_option("--without", without_, "play with this guard switched off, and show what breaks")
      ->type_name("GUARD");
  command_->add_flag("--timeline", timeline_, "show what happens, as it happens");
  command_->add_flag("--figures", figures_, "show the measured value of each expectation");
  command_->add_flag("--list", list_, "list guards and measures");
  command_->footer(kScenarioFooter);
}

bool ScenarioCommand::asked() const { return command_->parsed(); }

int ScenarioCommand::run(const Surroundings& around) const {
  if (list_) {
    around.out << lists();
    return kDone;
  }
  if (files_.empty())
    return complain(around, {Error::Kind::Invalid, "no scenario; name a file, see aerostat scenario --help"},
                    kUsage);
  Guards guards;
  if (!without_.empty()) {
    const auto found = without_guard(without_);
    if (!found) return complain(around, found.error(), kUsage);
    guards = *found;
  }
  set_log_level(LogLevel::Error);  // the daemon's own code runs in the lab; its log is of no interest here
  sim::Timeline timeline;
  if (timeline_) timeline = [&](const std::string& line) { around.out << line << "\n"; };
  std::size_t failed = 0;
  for (const std::string& file : files_) {
    const auto scenario = sim::read_scenario(file);
    if (!scenario) return complain(around, scenario.error(), kUsage);
    if (without_.empty()) {
      failed += play_one(*scenario, around.out, timeline, figures_) ? 0 : 1;
      continue;
    }
    const sim::Played played = play(*scenario, guards, timeline);
    failed += played.held() ? 0 : 1;
    around.out << fmt::format("{}  {} (without {})\n", played.held() ? "holds" : "FAILS", scenario->name,
                              without_);
    for (const std::string& failure : played.failures) around.out << "       " << failure << "\n";
    if (figures_) tell_figures(played, around.out);
  }
  around.out << fmt::format("{} of {} scenarios hold\n", files_.size() - failed, files_.size()) << std::flush;
  return failed == 0 ? kDone : kFailed;
}

}  // namespace aerostat
