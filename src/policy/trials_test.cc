#include "policy/trials.h"

#include <gtest/gtest.h>

#include <cmath>

#include "policy/tuning.h"

namespace aerostat {
namespace {

constexpr Costs kCosts{.missing = 60, .plugged = 4, .change = 256};
constexpr double kPatience = 0.5;
constexpr double kDepth = 0.08;
constexpr double kNow = 4000;
constexpr double kLow = kNow + 20;
constexpr double kBlock = 2;

// A VM that needed `most` MiB for so long, and now needs `now`.
Past lived(double seconds_known, double most, double now = kNow) {
  Past past;
  TimePoint at{std::chrono::hours(1)};
  past.begin(at, most);
  for (int i = 0; i < static_cast<int>(seconds_known * 4); ++i)
    past.note(at += std::chrono::milliseconds(250), most, most);
  past.note(at + std::chrono::milliseconds(600), most, now);
  return past;
}

double down_from(double level, const Past& past) {
  const Need need{.before = kNow, .now = kNow, .dt = 0.1, .room = kLow - kNow, .block = kBlock};
  return idle_down_to(past, level, need, kPatience, kDepth, kCosts);
}

double in_blocks(double mib) { return std::ceil(mib / kBlock) * kBlock; }

TEST(IdleDownTo, GoesToItsDepthWhereMuchLiesIdle) {
  const double keeps = kLow + kDepth * 100;
  EXPECT_EQ(down_from(keeps + kSureIdleShare * kNow + 2, lived(100, kNow + 100)), in_blocks(keeps));
}

TEST(IdleDownTo, KeepsNearlyAllThatWasNeededWhereLessDoes) {
  const double keeps = kLow + kUnsureDepth * 100;
  EXPECT_EQ(down_from(keeps + kLittleIdleShare * kNow + 2, lived(100, kNow + 100)), in_blocks(keeps));
}

TEST(IdleDownTo, KeepsMoreThanWasNeededWhereLittleDoesAndWaitsForIt) {
  const double keeps = kLow + 100 + kLittleMargin * kNow;
  const double level = in_blocks(keeps + kLeastIdleShare * kNow + 2);
  EXPECT_EQ(down_from(level, lived(100, kNow + 100)), in_blocks(keeps));
  EXPECT_EQ(down_from(level, lived(kLittleIdleSeconds - 4, kNow + 100)), level);
}

TEST(IdleDownTo, MovesNothingForLessThanIsWorthIt) {
  const double level = in_blocks(kLow + 100 + (kLittleMargin + kLeastIdleShare) * kNow - 4);
  EXPECT_EQ(down_from(level, lived(300, kNow + 100)), level);
}

// A saturated guest is taken to need more than it ever showed.
TEST(IdleDownTo, NeverGoesBelowNeedAndRoom) {
  for (const double idle : {0.05, 0.07, 0.2}) {
    const double level = in_blocks(kLow + idle * kNow);
    EXPECT_EQ(down_from(level, lived(100, kNow - 32, kNow - 32)), kLow) << idle;
  }
}

}  // namespace
}  // namespace aerostat
