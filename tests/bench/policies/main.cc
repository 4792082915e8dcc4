// script/bench policies: all policies on all traces, and what the lab has to say about ours, written as
// docs/design/results.md. The file is made whole by this program and never edited by hand.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "policies/promises.h"
#include "policies/scarce.h"
#include "policies/tables.h"
#include "sim/trace/generate.h"

namespace {

using namespace aerostat;
using namespace aerostat::bench;

std::string traces_text(const std::vector<TraceKind>& kinds, const SuiteOptions& o) {
  std::string out;
  for (const sim::LoadAbout& about : sim::loads())
    out += fmt::format("* **{}**, generated: {}.\n", about.name, about.about);
  out +=
      "* **farm, coarse**, generated: the farm, of which only a row every 1.7 s is known; rough in "
      "between.\n";
  for (const TraceKind& kind : kinds) {
    if (kind.recorded)
      out += fmt::format("* **{}**, recorded: see [traces/README.md](../../traces/README.md).\n", kind.name);
  }
  return out + fmt::format(
                   "\nGenerated traces are {:.0f} s long; the host has {} times what all VMs of a trace need "
                   "at most at one time. "
                   "Seeds {} to {}: of generated traces each is another trace, of recorded ones another "
                   "texture between rows.\n",
                   o.seconds, o.room, o.first_seed, o.first_seed + o.seeds - 1);
}

}  // namespace

int main(int argc, char** argv) {
  SuiteOptions o;
  o.threads = std::max(1U, std::thread::hardware_concurrency());
  std::string out_file, commit = "unknown";
  bool only_promises = false, only_scarce = false;
  CLI::App app("Compares all policies on all traces and writes docs/design/results.md.");
  app.add_option("--seeds", o.seeds, "of each trace")->check(CLI::Range(2, 1000))->capture_default_str();
  app.add_option("--seconds", o.seconds, "length of generated traces")
      ->check(CLI::Range(120, 1000000))
      ->capture_default_str();
  app.add_option("--traces", o.recordings, "folder of recorded traces")->capture_default_str();
  app.add_option("--commit", commit, "of the settings, as it is to be told");
  app.add_flag("--promises", only_promises,
               "print only what is promised of the policy; exit status 1 if anything is not kept");
  app.add_flag("--scarce", only_scarce, "print only what a scarce host allows");
  app.add_option("--out", out_file, "the page; without it, it is printed");
  CLI11_PARSE(app, argc, argv);
  set_log_level(LogLevel::Error);
  if (only_promises) {
    const std::vector<Promise> kept = promises(o);
    fmt::print("{}", table_of_promises(kept));
    return std::all_of(kept.begin(), kept.end(), [](const Promise& p) { return p.kept; }) ? 0 : 1;
  }
  if (only_scarce) return fmt::print("{}", table_of_scarce(o)), 0;
  const auto kinds = trace_kinds(o);
  if (!kinds) return fmt::print(stderr, "bench: {}\n", kinds.error().message), 1;
  Compared all{sim::builtin_policies().all(), *kinds, {}};
  all.runs = run_suite(all.policies, all.kinds, o, {}, "all policies, all traces");
  const std::vector<Promise> kept = promises(o);
  std::string page = "# Results of the policy lab\n\n";
  page += fmt::format(
      "Made by `script/bench policies --seeds {}`; settings of commit {}. Everything here is simulated: the "
      "daemon's own loop, policy and "
      "guards on virtual VMs ([simulate.md](../guide/simulate.md)). Do not edit: run the command again.\n\n"
      "S is waste + 500 × violation + the cost of moves; smaller is better. Intervals are 95 %, over seeds; "
      "comparisons are paired.\n\n",
      o.seeds, commit);
  page += "## Traces\n\n" + traces_text(all.kinds, o);
  page += "\n## What is promised of the policy\n\n" + table_of_promises(kept);
  page += "\n## All policies, all traces\n\nS, best first.\n\n" + table_of_scores(all);
  page += "\n## Ours against each\n\nBelow 1 we are better.\n\n" + table_of_ratios(all, "aerostat");
  page += "\n## Parts of S\n\n" + table_of_parts(all, {"aerostat", "plain", "free-page-reporting", "oracle"});
  page +=
      "\n## Near-emptiness\n\nShare of time that a guest has less available than its kernel's high "
      "watermarks and 32 MiB ([simulate.md](../guide/simulate.md#figures)); S does not have it. Of "
      "`aerostat` at most "
      "0.1 % is wanted on every trace.\n\n" +
      table_of_emptiness(all,
                         {"aerostat", "aerostat-dense", "aerostat-swift", "plain", "hyperv-equal", "static"});
  page +=
      "\n## Other prices\n\nGeometric mean of S over all traces when being short and moving cost half and "
      "twice as much. Nothing was tuned for it.\n\n" +
      table_of_prices(all);
  page += "\n## What each element pays\n\nAbove 1 the element pays.\n\n" + ablation(all.kinds, o);
  page += "\n## Frontier\n\nS against resizes, by the price of a change and by patience.\n\n" +
          frontier(all.kinds, o);
  page +=
      "\n## Other devices\n\nAll traces, where memory moves in blocks of 128 MiB or of 2 MiB, which is what "
      "QEMU chooses for virtio-mem, and is taken at the rate of the lab's simple guest or as fast as a "
      "device "
      "under KVM may take it. Of the policy one constant was chosen for such devices (kCacheStep), of plain "
      "none.\n\n" +
      devices(all.kinds, o);
  page +=
      "\n## What a scarce host allows\n\nE of all VMs; of the worst one. The limits are 0.15 % and 0.3 %. "
      "The seer sees what VMs truly need and shares by it, each 20 ms where nothing else is said. *At once*: "
      "what is ordered is there within a millisecond, and what is in use goes as fast as what is not; "
      "otherwise it has to be paged out first. Each column with *the same* is the seer with memory that "
      "moves "
      "at once.\n\n" +
      table_of_scarce(o);
  if (out_file.empty()) {
    fmt::print("{}", page);
  } else if (!(std::ofstream(out_file) << page)) {
    return fmt::print(stderr, "bench: {} cannot be written\n", out_file), 1;
  }
  return 0;
}
