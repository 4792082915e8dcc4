// Looks for better constants of `aerostat`, `plain` and the peers with equal senses, and prints them:
//   aerostat_tune                       every policy that can be tuned
//   aerostat_tune plain mom-equal       these
//   aerostat_tune aerostat --leave-out  each family of load left out of the search in turn: what is found by
//                                       the others does on it
//   aerostat_tune --compare             no search: S of all policies, on traces that none was tuned on
// What is found is written into the policies' sources by hand, with the command.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>

#include "base/log.h"
#include "research/policies.h"
#include "research/tune.h"

namespace {

using namespace aerostat;
using namespace aerostat::sim;

// Tuning and comparison never share a seed.
constexpr std::uint64_t kTrainingSeed = 1000;
constexpr std::uint64_t kComparisonSeed = 2000;

struct Wishes {
  std::vector<std::string> policies;
  std::string traces;
  std::size_t tries = 300;
  std::uint64_t seed = 1;
  double seconds = 1800, room = 1.25, resizes = 0, error = 0, near_empty = 0;
  bool compare = false, leave_out = false;
};

// Recorded traces of a folder follow the generated ones.
Result<void> add_recorded(const Wishes& w, const ReplayOptions& options, Lessons& lessons) {
  if (w.traces.empty()) return {};
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(w.traces, error)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".csv") || name.ends_with(".csv.gz")) files.push_back(entry.path());
  }
  if (error) return fail(Error::Kind::NotFound, w.traces + ": " + error.message());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    auto trace = Trace::read({file.string()});
    if (!trace) return fail(trace.error());
    lessons.push_back(lesson(file.filename(), std::move(*trace), w.room, options));
    lessons.back().family = "recorded";
  }
  return {};
}

void compare(const Lessons& lessons) {
  fmt::print("{:<26}{:>8}{:>9}", "S on", "mean", "resizes");
  for (const Lesson& l : lessons) fmt::print("{:>14}", l.name.substr(0, 13));
  fmt::print("\n");
  const Registry all = builtin_policies();
  for (const PolicyEntry& entry : all.all()) {
    const Marks m = marks(entry, lessons);
    fmt::print("{:<26}{:>8.3f}{:>9.0f}", entry.name, m.score, m.resizes);
    for (const double s : m.scores) fmt::print("{:>14.3f}", s);
    fmt::print("\n");
    std::fflush(stdout);
  }
}

TuneOptions options_of(const Wishes& w) {
  TuneOptions o;
  o.search.seed = w.seed;
  o.search.tries = w.tries;
  o.most_resizes = w.resizes;
  o.most_near_empty = w.near_empty / 100;
  return o;
}

std::string text(const std::vector<Constant>& constants) {
  std::string out;
  for (const Constant& c : constants) out += fmt::format(" {} {:g}", c.name, c.value);
  return out;
}

void leave_out_all(const Tunable& policy, const Wishes& w, const Lessons& lessons) {
  fmt::print("{}, each family left out in turn; seed {}, {} tries\n", policy.policy, w.seed, w.tries);
  fmt::print("{:<12}{:>10}{:>10}{:>9}{:>9}  {}\n", "left out", "S, chosen", "as it is", "resizes", "empty %",
             "chosen by the others");
  double chosen = 0;
  double start = 0;
  const std::vector<LeftOut> all = leave_out(policy, lessons, options_of(w));
  for (const LeftOut& one : all) {
    chosen += std::log(one.chosen.score) / static_cast<double>(all.size());
    start += std::log(one.start.score) / static_cast<double>(all.size());
    fmt::print("{:<12}{:>10.3f}{:>10.3f}{:>9.0f}{:>9.3f} {}\n", one.family, one.chosen.score, one.start.score,
               one.chosen.resizes, 100 * one.chosen.near_empty, text(one.found.constants));
  }
  fmt::print("{:<12}{:>10.3f}{:>10.3f}\n", "mean", std::exp(chosen), std::exp(start));
  std::fflush(stdout);
}

void tune_one(const Tunable& policy, const Wishes& w, const Lessons& lessons) {
  const Found found = tune(policy, lessons, options_of(w));
  fmt::print("{}: {:.4f}, was {:.4f}; seed {}, {} tries\n", policy.policy, found.cost, found.cost_at_start,
             w.seed, found.tried);
  for (const Constant& c : found.constants)
    fmt::print("  {} = {:.6g}   ({:g} to {:g})\n", c.name, c.value, c.low, c.high);
  std::fflush(stdout);
}

void tune_all(const Wishes& w, const Lessons& lessons) {
  for (const Tunable& policy : tunables()) {
    const bool asked = w.policies.empty() ||
                       std::find(w.policies.begin(), w.policies.end(), policy.policy) != w.policies.end();
    if (asked) (w.leave_out ? leave_out_all : tune_one)(policy, w, lessons);
  }
}

}  // namespace

int main(int argc, char** argv) {
  Wishes w;
  CLI::App app("Tunes the constants of the lab's policies.");
  app.add_option("policies", w.policies, "what to tune; all, if none is given");
  app.add_option("--traces", w.traces, "a folder of recorded traces, .csv or .csv.gz, to train on as well");
  app.add_option("--tries", w.tries, "replays of all traces, per policy");
  app.add_option("--seed", w.seed, "of the search, or of the comparison's generated loads");
  app.add_option("--seconds", w.seconds, "length of generated traces");
  app.add_option("--room", w.room, "host memory, in times what all VMs need at most at one time");
  app.add_option("--most-resizes", w.resizes, "per VM and hour; 0 for as many as pay");
  app.add_option("--error", w.error, "of the sensor, standard deviation as a share of need");
  app.add_option("--most-near-empty", w.near_empty, "per cent of time on each trace; 0 for as much as pays");
  app.add_flag("--leave-out", w.leave_out,
               "leave out each family of load in turn, and try on it what was found");
  app.add_flag("--compare", w.compare, "S of all policies on other seeds, without a search");
  CLI11_PARSE(app, argc, argv);
  set_log_level(LogLevel::Error);
  ReplayOptions options;
  options.sensor_error = w.error;
  Lessons lessons =
      generated_lessons(w.compare ? kComparisonSeed * w.seed : kTrainingSeed, w.seconds, w.room, options);
  if (const auto added = add_recorded(w, options, lessons); !added) {
    fmt::print(stderr, "aerostat_tune: {}\n", added.error().message);
    return 1;
  }
  if (w.compare) {
    compare(lessons);
  } else {
    tune_all(w, lessons);
  }
  return 0;
}
