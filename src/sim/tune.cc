#include "sim/tune.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sim/trace/generate.h"

namespace aerostat::sim {

namespace {

// A policy that is perfect on one trace must not outweigh all others.
constexpr double kLeastScore = 1e-3;
// Rows of recorded farms are this far apart.
constexpr double kCoarseRows = 1.7;
// VMs of the fleet, and their mean: as much work as the other kinds together.
constexpr std::size_t kFleet = 7;
constexpr double kFleetMean = 4096;

}  // namespace

double peak_together(const Trace& trace) {
  std::map<std::int64_t, double> sum;
  for (std::size_t i = 0; i < trace.vms().size(); ++i) {
    std::map<std::int64_t, double> most;
    RowCursor cursor(trace, i);
    std::int64_t last = 0;
    for (Row row{}; cursor.next(row);) {
      const auto second = static_cast<std::int64_t>(row.time_s);
      double& m = most[second];
      m = std::max(m, static_cast<double>(row.need_mib));
      // Rows that are further apart hold in between.
      if (most.size() > 1) {
        for (std::int64_t s = last + 1; s < second; ++s) most[s] = std::max(most[last], m);
      }
      last = second;
    }
    for (const auto& [second, need] : most) sum[second] += need;
  }
  double peak = 0;
  for (const auto& [second, need] : sum) peak = std::max(peak, need);
  return peak;
}

Lesson lesson(std::string name, Trace trace, double room, const ReplayOptions& options) {
  ReplayOptions with = options;
  const double memory = peak_together(trace) * room;
  with.host_memory = Bytes::of_mib(memory).round_up(Bytes::mib(128));
  return {std::move(name), std::move(trace), std::move(with)};
}

Lessons generated_lessons(std::uint64_t seed, double seconds, double room, const ReplayOptions& options) {
  Lessons out;
  for (const LoadAbout& about : loads()) {
    GeneratorOptions g{.seed = seed++, .seconds = seconds};
    if (about.load == Load::Fleet) {
      g.vms = kFleet;
      g.mean_mib = kFleetMean;
    }
    out.push_back(lesson(std::string(about.name), generate(about.load, g), room, options));
  }
  const GeneratorOptions coarse{.seed = seed, .seconds = seconds, .rows_s = kCoarseRows};
  out.push_back(lesson("farm, coarse", generate(Load::Farm, coarse), room, options));
  return out;
}

Marks marks(const PolicyEntry& policy, const Lessons& lessons) {
  Marks out;
  double logs = 0;
  double changes = 0;
  double hours = 0;
  for (const Lesson& l : lessons) {
    const Outcome outcome = replay(l.trace, policy, l.options);
    const double score = outcome.score(l.options.prices);
    out.scores.push_back(score);
    logs += std::log(std::max(score, kLeastScore));
    changes += outcome.sum.changes;
    hours += outcome.sum.seconds / 3600;
  }
  if (!lessons.empty()) out.score = std::exp(logs / static_cast<double>(lessons.size()));
  if (hours > 0) out.resizes = changes / hours;
  return out;
}

Found tune(const Tunable& policy, const Lessons& lessons, const TuneOptions& options) {
  const auto cost = [&](const std::vector<double>& values) {
    const Marks m = marks({policy.policy, "", [&] { return policy.make(values); }}, lessons);
    const double over = options.most_resizes > 0 ? std::max(1.0, m.resizes / options.most_resizes) : 1.0;
    return m.score * over;
  };
  return search(policy.constants, cost, options.search);
}

}  // namespace aerostat::sim
