// Figures of merit against cases small enough to be worked out by hand.
#include <gtest/gtest.h>

#include "sim/score/meter.h"

namespace aerostat::sim {
namespace {

TEST(Meter, AddsUpWhatAVmHasTooMuchAndTooLittle) {
  Meter meter;
  meter.begin();
  meter.add(0, {10, 1000, 1000, 1500, 1500, 2000, 2000});  // 10 s: committed 1000 above need
  meter.add(10, {5, 1000, 1000, 900, 900, 900, 900});      // 5 s: 100 too little, and felt
  const Totals& t = meter.totals();
  EXPECT_DOUBLE_EQ(t.seconds, 15);
  EXPECT_DOUBLE_EQ(t.need, 15'000);
  EXPECT_DOUBLE_EQ(t.waste, 10'000);
  EXPECT_DOUBLE_EQ(t.held, 25'000);
  EXPECT_DOUBLE_EQ(t.missing, 500);
  EXPECT_DOUBLE_EQ(t.short_s, 5);
  EXPECT_DOUBLE_EQ(t.felt_s, 5);
  EXPECT_DOUBLE_EQ(t.longest_s, 5);
  EXPECT_DOUBLE_EQ(t.worst_mib, 100);
}

TEST(Meter, CrossingLinesAreCutWhereTheyCross) {
  Meter meter;
  meter.begin();
  meter.add(0, {10, 1000, 1200, 1100, 1100, 1100, 1100});  // need crosses after 5 s
  EXPECT_DOUBLE_EQ(meter.totals().missing, 250);
  EXPECT_DOUBLE_EQ(meter.totals().waste, 250);
  EXPECT_DOUBLE_EQ(meter.totals().short_s, 5);
  EXPECT_NEAR(meter.totals().felt_s, 4.1, 0.2);  // the first 16 MiB or 1 % are not felt
}

TEST(Meter, ASmallDeficitIsCountedButNotFelt) {
  Meter meter;
  meter.begin();
  meter.add(0, {10, 1000, 1000, 985, 985, 985, 985});
  EXPECT_DOUBLE_EQ(meter.totals().missing, 150);
  EXPECT_DOUBLE_EQ(meter.totals().felt_s, 0);
}

// 4 * sqrt(KiB) of 1 GiB are 4096 KiB; the high mark lies twice 0.1 % of memory above it (1.024 MiB > 4 / 4
// MiB).
TEST(Meter, AGuestIsNearlyEmptyBelowItsHighWatermarksAnd32Mib) {
  EXPECT_DOUBLE_EQ(nearly_empty_below(1024), 4 + 2 * 1.024 + 32);
  EXPECT_NEAR(nearly_empty_below(256), 2 + 2 * 0.5 + 32, 1e-9) << "a quarter of the least is more";
  Meter meter;
  meter.begin();
  meter.add(0, {10, 900, 900, 1024, 1024, 1024, 1024});
  EXPECT_DOUBLE_EQ(meter.totals().near_empty_s, 0);
  meter.add(10, {5, 990, 990, 1024, 1024, 1024, 1024});  // 34 MiB are left
  EXPECT_DOUBLE_EQ(meter.totals().near_empty_s, 5);
  const double line = 1024 - nearly_empty_below(1024);
  meter.add(15, {10, line - 10, line + 10, 1024, 1024, 1024, 1024});  // crosses it half way
  EXPECT_NEAR(meter.totals().near_empty_s, 10, 1e-9);
  meter.add(25, {1, 2000, 2000, 1024, 1024, 1024, 1024});  // who lacks memory has none available
  EXPECT_NEAR(meter.totals().near_empty_s, 11, 1e-9);
}

TEST(Meter, AnEpisodeEndsWhereTheDeficitDoes) {
  Meter meter;
  meter.begin();
  const Stretch lacks{3, 1000, 1000, 500, 500, 500, 500};
  const Stretch fine{1, 1000, 1000, 1000, 1000, 1000, 1000};
  meter.add(0, lacks);
  meter.add(3, lacks);
  meter.add(6, fine);
  meter.add(7, lacks);
  EXPECT_DOUBLE_EQ(meter.totals().longest_s, 6);
  EXPECT_DOUBLE_EQ(meter.totals().felt_s, 9);
}

TEST(Meter, CountsReversalsAndNothingBeforeItBegins) {
  Meter meter;
  meter.plugged(100);
  meter.changed(true);
  meter.begin();
  meter.changed(true);
  meter.changed(false);
  meter.changed(false);
  meter.plugged(7);
  EXPECT_EQ(meter.totals().changes, 3);
  EXPECT_EQ(meter.totals().reversals, 1);
  EXPECT_EQ(meter.totals().plugged, 7);
}

}  // namespace
}  // namespace aerostat::sim
