// Figures of looks against cases small enough to be worked out by hand.
#include "score.h"

#include <gtest/gtest.h>

namespace aerostat::fidelity {
namespace {

TEST(FidelityScore, CountsOnlyWhatLiesBetweenItsTwoTimes) {
  const std::vector<Look> looks{
      {0, 100, 900, 900}, {10, 100, 150, 200}, {20, 100, 150, 200}, {30, 100, 900, 900}};
  const Figures f = score(looks, 10, 20);
  EXPECT_DOUBLE_EQ(f.totals.seconds, 10);
  EXPECT_DOUBLE_EQ(f.waste(), 1);
  EXPECT_DOUBLE_EQ(f.footprint(), 2);
  EXPECT_DOUBLE_EQ(f.violation(), 0);
}

TEST(FidelityScore, WhatComesInCountsAsPluggedAndWhatGoesDoesNot) {
  const std::vector<Look> looks{
      {0, 100, 200, 200}, {1, 100, 300, 300}, {2, 100, 250, 250}, {3, 100, 260, 260}};
  EXPECT_DOUBLE_EQ(score(looks, 0, 3).totals.plugged, 110);
}

TEST(FidelityScore, ConvergenceIsFromWhenNeedStandsToWhenMemoryDoes) {
  std::vector<Look> looks;
  for (int i = 0; i <= 100; ++i) {
    const double at = i * 0.1;
    // Need falls at 5 s; memory follows at 8 s.
    const double has = at < 8 ? 600 : 300;
    looks.push_back({at, at < 5 ? 500.0 : 200.0, has, has});
  }
  const Figures f = score(looks, 0, 10);
  EXPECT_EQ(f.levels, 2);
  EXPECT_NEAR(f.settle_s, 2.9, 0.15);
}

TEST(FidelityScore, ALevelThatIsLeftAtOnceIsNone) {
  std::vector<Look> looks;
  for (int i = 0; i <= 100; ++i) looks.push_back({i * 0.1, 100.0 + 20 * (i % 2), 300, 300});
  EXPECT_EQ(score(looks, 0, 10).levels, 0);
}

}  // namespace
}  // namespace aerostat::fidelity
