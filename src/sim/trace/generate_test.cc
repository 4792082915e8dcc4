#include "sim/trace/generate.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace aerostat::sim {
namespace {

std::vector<Row> rows_of(const Trace& trace, std::size_t vm) {
  std::vector<Row> out;
  RowCursor cursor(trace, vm);
  for (Row row{}; cursor.next(row);) out.push_back(row);
  return out;
}

// Mean |change| over `over` rows, as a share of the mean that was asked for.
double mean_change(const std::vector<Row>& rows, std::size_t over) {
  double change = 0;
  for (std::size_t i = over; i < rows.size(); ++i) {
    change += std::abs(static_cast<double>(rows[i].need_mib) - static_cast<double>(rows[i - over].need_mib));
  }
  return change / static_cast<double>(rows.size() - over) / 7168;
}

TEST(Generate, TheSameSeedGivesTheSameTraceAndAnotherSeedAnother) {
  for (const LoadAbout& about : loads()) {
    GeneratorOptions o{.seconds = 60};
    const Trace a = generate(about.load, o);
    const Trace b = generate(about.load, o);
    o.seed = 2;
    const Trace c = generate(about.load, o);
    ASSERT_EQ(a.vms().size(), about.vms) << about.name;
    double apart = 0;
    const auto rows_a = rows_of(a, 0);
    const auto rows_b = rows_of(b, 0);
    const auto rows_c = rows_of(c, 0);
    ASSERT_EQ(rows_a.size(), rows_b.size());
    for (std::size_t i = 0; i < rows_a.size(); ++i) {
      ASSERT_EQ(rows_a[i].need_mib, rows_b[i].need_mib) << about.name << " row " << i;
      if (i < rows_c.size()) apart += std::abs(rows_a[i].need_mib - rows_c[i].need_mib);
    }
    EXPECT_GT(apart, 0) << about.name;
  }
}

TEST(Generate, EveryKindIsAboutAsLargeAsAskedAndNeverNearNothing) {
  for (const LoadAbout& about : loads()) {
    if (about.load == Load::Fleet) continue;  // of all sizes
    double sum = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Trace trace =
          generate(about.load, {.seed = seed, .seconds = 3600, .rows_s = 1, .mean_mib = 4096});
      sum += trace.vms().front().mean_mib();
      for (const Row& row : rows_of(trace, 0)) ASSERT_GE(row.need_mib, 4096 * 0.149) << about.name;
    }
    EXPECT_NEAR(sum / 5 / 4096, 1, 0.15) << about.name;
  }
}

TEST(Generate, AFarmChangesThreePerCentInAFifthOfASecond) {
  double fifth = 0;
  double longer = 0;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const auto rows = rows_of(generate(Load::Farm, {.seed = seed}), 0);
    fifth += mean_change(rows, 2) / 4;
    longer += mean_change(rows, 17) / 4;
  }
  EXPECT_NEAR(fifth, 0.030, 0.002);
  EXPECT_NEAR(longer, 0.075, 0.008);  // what is cut off at the bottom does not change
}

TEST(Generate, AFarmIsAsRoughFromCoarseRows) {
  const auto rows = rows_of(generate(Load::Farm, {.seconds = 20000, .rows_s = 1.7}), 0);
  EXPECT_NEAR(mean_change(rows, 1), 0.075, 0.008);
}

TEST(Generate, SteadyHardlyMoves) {
  const auto rows = rows_of(generate(Load::Steady, {}), 0);
  EXPECT_LT(mean_change(rows, 17), 0.004);
}

TEST(Generate, StairsHaveLevelsOfFiveToHundredAndTwentySeconds) {
  const auto rows = rows_of(generate(Load::Staircase, {.seconds = 7200}), 0);
  int steps = 0;
  int ago = 1000;
  for (std::size_t i = 20; i < rows.size(); ++i, ++ago) {
    // A step down is done in one row, a step up within 2 s; below 400 MiB it may be noise.
    if (std::abs(rows[i].need_mib - rows[i - 20].need_mib) < 400 || ago < 45) continue;
    ++steps;
    ago = 0;
  }
  // Every 62.5 s on average; some are too small to see.
  EXPECT_NEAR(steps, 7200 / 62.5, 30);
}

TEST(Generate, BurstsComeAndGo) {
  const auto rows = rows_of(generate(Load::Bursty, {.seconds = 7200}), 0);
  std::size_t high = 0;
  for (const Row& row : rows) high += row.need_mib > 7168 * (1 - 0.5 / 7) + 450 ? 1U : 0U;
  // Bursts of 16 s every 40 s overlap: somebody is busy for 1 - e^-0.4 of the time.
  EXPECT_NEAR(static_cast<double>(high) / static_cast<double>(rows.size()), 0.33, 0.08);
}

TEST(Generate, ALeakRisesAndFallsAtOnce) {
  const auto rows = rows_of(generate(Load::Leak, {.seconds = 7200}), 0);
  int restarts = 0;
  for (std::size_t i = 1; i < rows.size(); ++i)
    restarts += rows[i].need_mib < rows[i - 1].need_mib - 2000 ? 1 : 0;
  EXPECT_GE(restarts, 7);
  EXPECT_LE(restarts, 24);
}

TEST(Generate, BoutsRestForHalfOfTheTimeAndMoveByGibsInBetween) {
  double still = 0, mean = 0, far = 0, most = 0, all = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto rows = rows_of(generate(Load::Bouts, {.seed = seed, .seconds = 7200}), 0);
    for (std::size_t i = 25; i < rows.size(); i += 25, ++all) {  // 2.5 s
      const double change = std::abs(rows[i].need_mib - rows[i - 25].need_mib);
      still += change < 20 ? 1 : 0;
      far += change > 1024 ? 1 : 0;
      mean += change;
      most = std::max(most, static_cast<double>(rows[i].need_mib));
    }
  }
  EXPECT_NEAR(still / all, 0.55, 0.08);
  EXPECT_NEAR(mean / all, 250, 50);
  EXPECT_NEAR(far / all, 0.05, 0.025);
  EXPECT_GT(most, 10 * 1024);
  EXPECT_LT(most, 14 * 1024);
}

TEST(Generate, BuildsAreStaggeredAndRereadTheirSources) {
  const Trace trace = generate(Load::Builds, {.seconds = 1800, .rows_s = 1});
  ASSERT_EQ(trace.vms().size(), 3u);
  std::vector<double> peak_at;
  double sum_of_peaks = 0;
  std::map<double, double> sum;
  for (std::size_t i = 0; i < 3; ++i) {
    const VmTrace& vm = trace.vms()[i];
    EXPECT_TRUE(vm.has_cache);
    EXPECT_GE(vm.limit_mib, vm.peak_mib);
    sum_of_peaks += vm.peak_mib;
    for (const Row& row : rows_of(trace, i)) {
      sum[row.time_s] += row.need_mib;
      EXPECT_LE(row.cache_mib, row.need_mib);
    }
  }
  double together = 0;
  for (const auto& [at, need] : sum) together = std::max(together, need);
  EXPECT_LT(together, 0.85 * sum_of_peaks);
}

TEST(Generate, AFleetHasAllKindsBirthsAndDeaths) {
  const Trace trace = generate(Load::Fleet, {.seconds = 600, .rows_s = 1, .vms = 14});
  ASSERT_EQ(trace.vms().size(), 14u);
  std::set<std::string> kinds;
  int partial = 0;
  for (const VmTrace& vm : trace.vms()) {
    kinds.insert(vm.name.substr(0, vm.name.find('-')));
    partial += vm.first_s > 0 && vm.last_s <= 600 ? 1 : 0;
    EXPECT_GT(vm.limit_mib, vm.peak_mib) << vm.name;
  }
  EXPECT_EQ(kinds.size(), 7u);
  EXPECT_EQ(partial, 2);
}

TEST(Generate, AddingAVmChangesNoOther) {
  const Trace few = generate(Load::Builds, {.seconds = 60, .vms = 2});
  const Trace many = generate(Load::Farm, {.seconds = 60, .vms = 2});
  const Trace more = generate(Load::Farm, {.seconds = 60, .vms = 5});
  EXPECT_EQ(few.vms()[0].name, "builds-1");
  const auto a = rows_of(many, 1);
  const auto b = rows_of(more, 1);
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_EQ(a[i].need_mib, b[i].need_mib);
}

TEST(Generate, AnUnknownNameNamesAllThereAre) {
  ASSERT_TRUE(parse_load("leak").has_value());
  EXPECT_EQ(*parse_load("leak"), Load::Leak);
  const auto wrong = parse_load("lake");
  ASSERT_FALSE(wrong.has_value());
  for (const LoadAbout& about : loads()) {
    EXPECT_NE(wrong.error().message.find(about.name), std::string::npos) << about.name;
    EXPECT_EQ(load_name(about.load), about.name);
  }
}

}  // namespace
}  // namespace aerostat::sim
