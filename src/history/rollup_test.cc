#include "history/rollup.h"

#include <gtest/gtest.h>

namespace aerostat::history {
namespace {

Frame frame(std::int64_t time, std::int64_t demand) {
  Values values;
  values.fill(kUnknown);
  values[2] = values[8] = demand;
  return {time, {{1, values}}};
}

TEST(Rollup, AveragesLevelsAndKeepsPeaks) {
  Rollup tens(10);
  EXPECT_FALSE(tens.add(frame(100, 10), 1));
  EXPECT_FALSE(tens.add(frame(101, kUnknown), 1));
  EXPECT_FALSE(tens.add(frame(109, 40), 1));
  const auto out = tens.add(frame(110, 7), 1);
  ASSERT_TRUE(out);
  EXPECT_EQ(out->time, 100);
  ASSERT_EQ(out->points.size(), 1u);
  EXPECT_EQ(out->points[0].values[2], 25) << "over the time in which it was known";
  EXPECT_EQ(out->points[0].values[8], 40);
  EXPECT_EQ(out->points[0].values[0], kUnknown) << "unknown is not zero";
  EXPECT_EQ(tens.finish()->points[0].values[2], 7);
  EXPECT_FALSE(tens.finish());
}

TEST(Rollup, WeighsAFrameByTheTimeItStandsFor) {
  Rollup minutes(60);
  minutes.add(frame(60, 10), 50);
  minutes.add(frame(110, 70), 10);
  EXPECT_EQ(minutes.finish()->points[0].values[2], 20);
}

TEST(Rollup, OfOneVmLeavesOutTheOthers) {
  Rollup tens(10);
  tens.add(frame(100, 10), 1, VmNumber{2});
  EXPECT_FALSE(tens.finish());
}

}  // namespace
}  // namespace aerostat::history
