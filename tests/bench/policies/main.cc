// script/bench policies: replays all policies on all traces and writes docs/design/results*.md (pages.h).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fstream>
#include <thread>

#include "base/log.h"
#include "policies/pages.h"
#include "policies/promises.h"
#include "policies/scarce.h"
#include "policies/tables.h"
#include "research/policies.h"

using namespace aerostat;
using namespace aerostat::bench;

int main(int argc, char** argv) {
  SuiteOptions o;
  o.threads = std::max(1U, std::thread::hardware_concurrency());
  std::string out_folder, commit = "unknown";
  bool only_promises = false, only_scarce = false;
  CLI::App app("Compares all policies on all traces and writes docs/design/results*.md.");
  app.add_option("--seeds", o.seeds, "replays of each trace")
      ->check(CLI::Range(2, 1000))
      ->capture_default_str();
  app.add_option("--seconds", o.seconds, "length of generated traces")
      ->check(CLI::Range(120, 1000000))
      ->capture_default_str();
  app.add_option("--traces", o.recordings, "folder of recorded traces")->capture_default_str();
  app.add_option("--commit", commit, "commit of the settings, for the pages");
  app.add_flag("--promises", only_promises,
               "print only the limits of the policy; exit status 1 if one is not met");
  app.add_flag("--scarce", only_scarce, "print only the table of scarce hosts");
  app.add_option("--out", out_folder, "folder of the pages (default: print them)");
  CLI11_PARSE(app, argc, argv);
  set_log_level(LogLevel::Error);
  if (only_promises) {
    const std::vector<Promise> kept = promises(o);
    fmt::print("{}", list_of_promises(kept));
    return std::all_of(kept.begin(), kept.end(), [](const Promise& p) { return p.kept; }) ? 0 : 1;
  }
  if (only_scarce) return fmt::print("{}", table_of_scarce(o)), 0;
  const auto kinds = trace_kinds(o);
  if (!kinds) return fmt::print(stderr, "bench: {}\n", kinds.error().message), 1;
  Compared all{sim::builtin_policies().all(), *kinds, {}};
  all.runs = run_suite(all.policies, all.kinds, o, {}, "all policies, all traces");
  const std::vector<Promise> kept = promises(o);
  for (const Page& page : pages(all, kept, o, commit)) {
    if (out_folder.empty()) {
      fmt::print("{}\n", page.text);
    } else if (const std::string path = out_folder + "/" + page.file; !(std::ofstream(path) << page.text)) {
      return fmt::print(stderr, "bench: cannot write {}\n", path), 1;
    }
  }
  return 0;
}
