#include "research/tune.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "sim/trace/generate.h"

namespace aerostat::sim {

namespace {

// A policy that is perfect on one trace must not outweigh all others.
constexpr double kLeastScore = 1e-3;
// The distance of rows in recorded farms.
constexpr double kCoarseRows = 1.7;
// VMs of the fleet, and their mean: as much work as the other kinds together.
constexpr std::size_t kFleet = 7;
constexpr double kFleetMean = 4096;

// Of one lesson.
struct Mark {
  double score = 0, changes = 0, seconds = 0, near_empty = 0;
};

Mark mark(const PolicyEntry& policy, const Lesson& l) {
  const Outcome outcome = replay(l.trace, policy, l.options);
  const Totals& sum = outcome.sum;
  return {outcome.score(l.options.prices), sum.changes, sum.seconds,
          sum.seconds > 0 ? sum.near_empty_s / sum.seconds : 0};
}

Marks together(const std::vector<Mark>& each) {
  Marks out;
  double logs = 0;
  double changes = 0;
  double hours = 0;
  for (const Mark& m : each) {
    out.scores.push_back(m.score);
    out.near_empty = std::max(out.near_empty, m.near_empty);
    logs += std::log(std::max(m.score, kLeastScore));
    changes += m.changes;
    hours += m.seconds / 3600;
  }
  if (!each.empty()) out.score = std::exp(logs / static_cast<double>(each.size()));
  if (hours > 0) out.resizes = changes / hours;
  return out;
}

// What a search minimises.
double cost(std::vector<Mark> each, const TuneOptions& options) {
  for (Mark& m : each) {
    if (options.most_near_empty > 0) m.score *= std::max(1.0, m.near_empty / options.most_near_empty);
  }
  const Marks m = together(each);
  return m.score * (options.most_resizes > 0 ? std::max(1.0, m.resizes / options.most_resizes) : 1.0);
}

std::vector<double> values_of(const std::vector<Constant>& constants) {
  std::vector<double> out;
  for (const Constant& c : constants) out.push_back(c.value);
  return out;
}

// Remembers replays: searches that leave out one family each repeat much of the same.
class Marker {
 public:
  Marker(const Tunable& policy, const Lessons& lessons) : policy_(policy), lessons_(lessons) {}

  std::vector<Mark> marks_of(const std::vector<double>& values,
                             const std::function<bool(const Lesson&)>& wanted) {
    const PolicyEntry entry{policy_.policy, "", [&] { return policy_.make(values); }};
    auto& known = known_.try_emplace(values, lessons_.size()).first->second;
    std::vector<Mark> out;
    for (std::size_t i = 0; i < lessons_.size(); ++i) {
      if (!wanted(lessons_[i])) continue;
      if (!known[i]) known[i] = mark(entry, lessons_[i]);
      out.push_back(*known[i]);
    }
    return out;
  }

 private:
  const Tunable& policy_;
  const Lessons& lessons_;
  std::map<std::vector<double>, std::vector<std::optional<Mark>>> known_;
};

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
  return {name, name, std::move(trace), std::move(with)};
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
  out.back().family = load_name(Load::Farm);
  return out;
}

Marks marks(const PolicyEntry& policy, const Lessons& lessons) {
  std::vector<Mark> each;
  for (const Lesson& l : lessons) each.push_back(mark(policy, l));
  return together(each);
}

Found tune(const Tunable& policy, const Lessons& lessons, const TuneOptions& options) {
  Marker marker(policy, lessons);
  const auto all = [](const Lesson&) { return true; };
  return search(
      policy.constants,
      [&](const std::vector<double>& values) { return cost(marker.marks_of(values, all), options); },
      options.search);
}

std::vector<LeftOut> leave_out(const Tunable& policy, const Lessons& lessons, const TuneOptions& options) {
  Marker marker(policy, lessons);
  std::vector<std::string> families;
  for (const Lesson& l : lessons) {
    if (std::find(families.begin(), families.end(), l.family) == families.end()) families.push_back(l.family);
  }
  std::vector<LeftOut> out;
  for (const std::string& family : families) {
    const auto others = [&](const Lesson& l) { return l.family != family; };
    const auto its_own = [&](const Lesson& l) { return l.family == family; };
    LeftOut one{family, {}, {}, {}};
    one.found = search(
        policy.constants,
        [&](const std::vector<double>& values) { return cost(marker.marks_of(values, others), options); },
        options.search);
    one.start = together(marker.marks_of(values_of(policy.constants), its_own));
    one.chosen = together(marker.marks_of(values_of(one.found.constants), its_own));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace aerostat::sim
