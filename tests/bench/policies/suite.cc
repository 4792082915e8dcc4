#include "policies/suite.h"

#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "sim/trace/generate.h"

namespace aerostat::bench {

namespace {

constexpr double kCoarseRows = 1.7;

TraceKind generated(const sim::LoadAbout& about, const SuiteOptions& o, double rows_s,
                    const std::string& name) {
  return {name, false, [about, o, rows_s, name](std::uint64_t seed, const sim::ReplayOptions& replay) {
            sim::GeneratorOptions g{.seed = seed, .seconds = o.seconds, .rows_s = rows_s};
            if (about.load == sim::Load::Fleet) {
              g.vms = 7;
              g.mean_mib = 4096;
            }
            sim::ReplayOptions with = replay;
            with.seed = seed;
            return sim::lesson(name, sim::generate(about.load, g), o.room, with);
          }};
}

}  // namespace

Result<std::vector<TraceKind>> trace_kinds(const SuiteOptions& o) {
  std::vector<TraceKind> out;
  for (const sim::LoadAbout& about : sim::loads())
    out.push_back(generated(about, o, 0.1, std::string(about.name)));
  out.push_back(generated(sim::loads().front(), o, kCoarseRows, "farm, coarse"));
  std::vector<std::filesystem::path> files;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(o.recordings, none)) {
    const std::string name = entry.path().filename();
    if (name.ends_with(".csv") || name.ends_with(".csv.gz")) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    if (auto trace = sim::Trace::read({file.string()}); !trace) return fail(trace.error());
    const std::string name = file.filename().string().substr(0, file.filename().string().find('.'));
    out.push_back({name, true, [file, name, o](std::uint64_t seed, const sim::ReplayOptions& replay) {
                     sim::ReplayOptions with = replay;
                     with.seed = seed;
                     return sim::lesson(name, std::move(*sim::Trace::read({file.string()})), o.room, with);
                   }});
  }
  return out;
}

Run run_of(const sim::Outcome& outcome, const sim::Prices& p) {
  const double hours = std::max(1e-9, outcome.sum.seconds / 3600);
  Run out;
  out.waste = outcome.waste();
  out.violation = outcome.violation();
  out.moves = outcome.move_cost(p);
  const double missing = sim::kViolationPrice * out.violation;
  out.s = outcome.score(p);
  out.s_half = out.waste + (missing + out.moves) / 2;
  out.s_double = out.waste + (missing + out.moves) * 2;
  out.short_time = outcome.sum.short_s / std::max(1e-9, outcome.sum.seconds);
  out.near_empty = outcome.sum.near_empty_s / std::max(1e-9, outcome.sum.seconds);
  out.longest_felt = outcome.sum.longest_s;
  out.resizes = outcome.sum.changes / hours;
  out.plugged = outcome.sum.plugged;
  out.law_violations = static_cast<double>(outcome.law_violations);
  return out;
}

void in_parallel(std::size_t threads, std::size_t tasks, const std::string& title,
                 const std::function<void(std::size_t)>& task) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  const auto work = [&] {
    for (std::size_t i = next++; i < tasks; i = next++) {
      task(i);
      if (++done; terminal) fmt::print(stderr, "\r{} {}/{}  ", title, done.load(), tasks);
    }
  };
  std::vector<std::thread> crew;
  for (std::size_t i = 0; i < std::max<std::size_t>(1, threads); ++i) crew.emplace_back(work);
  for (std::thread& each : crew) each.join();
  if (terminal) fmt::print(stderr, "\r\033[K");
}

Runs run_suite(const std::vector<sim::PolicyEntry>& policies, const std::vector<TraceKind>& kinds,
               const SuiteOptions& o, const sim::ReplayOptions& replay, const std::string& title) {
  Runs out(policies.size(), std::vector<std::vector<Run>>(kinds.size(), std::vector<Run>(o.seeds)));
  in_parallel(o.threads, kinds.size() * o.seeds, title, [&](std::size_t task) {
    const std::size_t kind = task / o.seeds;
    const std::size_t seed = task % o.seeds;
    const sim::Lesson lesson = kinds[kind].make(o.first_seed + seed, replay);
    for (std::size_t p = 0; p < policies.size(); ++p)
      out[p][kind][seed] = run_of(sim::replay(lesson.trace, policies[p], lesson.options), replay.prices);
  });
  return out;
}

}  // namespace aerostat::bench
