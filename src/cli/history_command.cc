#include "cli/history_command.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <ostream>

#include "base/text.h"
#include "client/answer.h"
#include "client/history_view.h"
#include "console/checks.h"
#include "console/exit_status.h"
#include "console/table.h"
#include "console/whole_file.h"

namespace aerostat {

namespace {

// As many as a chart has room for; CSV, JSON and pictures have more.
constexpr int kPointsOfChart = 60, kPointsOfFile = 300, kMostPoints = 2000;

}  // namespace

HistoryCommand::HistoryCommand(CLI::App& app)
    : command_(app.add_subcommand("history", "Show the memory of the host or of a VM over time")) {
  command_->add_option("VM", vm_, "the VM's name (default: the host)")->check(vm_name())->type_name("");
  command_->add_option("--since", since_, "from then on: 10m, 2h or 7d before now, or 2026-05-04T10:11:12Z")
      ->capture_default_str()
      ->type_name("TIME");
  command_->add_option("--until", until_, "up to then (default: now)")->type_name("TIME");
  command_->add_option("--each", each_, "this number of each VM, as assigned_bytes or demand_bytes")
      ->type_name("NUMBER");
  command_->add_option("--points", points_, "at most as many rows")
      ->check(CLI::Range(1, kMostPoints))
      ->type_name("N");
  command_->add_flag("--csv", csv_, "print comma-separated values, with times in seconds since 1970");
  command_->add_option("--plot", plot_, "write a chart as SVG to this file")->type_name("FILE");
  command_->add_flag("--status", status_, "show whether history is kept, where, and how large it is");
  command_->footer(
      "By default seconds are kept for an hour, steps of 10 s for a day, minutes for 30 days, hours for two "
      "years; "
      "coarser\n"
      "steps show averages, and the peaks of demand and pressure. VMs that are gone are shown too.\n"
      "Examples:\n  aerostat history web --since 2h\n  aerostat history --since 7d --plot host.svg\n  "
      "aerostat "
      "history web --since 1d --csv > web.csv\n  aerostat history --each demand_bytes --csv");
}

bool HistoryCommand::asked() const { return command_->parsed(); }

int HistoryCommand::complain(const Output& output, const Error& error) const {
  output.err << "aerostat: " << clean(error.message) << "\n";
  return status_of(error);
}

int HistoryCommand::run(const Client& client, const Output& output) const {
  if (status_) {
    const Result<Json> status = ask_daemon(client, "GET", "/v1/history/status");
    if (!status) return complain(output, status.error());
    output.out << (output.json ? status->dump() + "\n" : render_history_status(*status)) << std::flush;
    return kDone;
  }
  if (!vm_.empty() && !each_.empty()) {
    output.err << "aerostat: a VM and --each exclude each other; give one\n";
    return kUsage;
  }
  std::optional<WholeFile> file;
  if (!plot_.empty()) {
    Result<WholeFile> opened = WholeFile::open(plot_);
    if (!opened) return complain(output, opened.error());
    file.emplace(*std::move(opened));
  }
  const bool chart = !csv_ && !output.json && !file;
  std::string target = fmt::format("/v1/history?since={}&points={}", percent_encoded(since_),
                                   points_ > 0 ? points_
                                   : chart     ? kPointsOfChart
                                               : kPointsOfFile);
  if (!until_.empty()) target += "&until=" + percent_encoded(until_);
  if (!vm_.empty()) target += "&vm=" + percent_encoded(vm_);
  if (!each_.empty()) target += "&each=" + percent_encoded(each_);
  const Result<Json> table = ask_daemon(client, "GET", target);
  if (!table) return complain(output, table.error());
  if (file) {
    if (const Result<void> written = file->commit(history_svg(*table)); !written)
      return complain(output, written.error());
  }
  if (csv_)
    output.out << history_csv(*table) << std::flush;
  else if (output.json)
    output.out << table->dump() << "\n" << std::flush;
  else if (!file)
    output.out << render_history(*table) << std::flush;
  return kDone;
}

}  // namespace aerostat
