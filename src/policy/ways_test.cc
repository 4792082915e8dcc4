#include "policy/ways.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

constexpr Costs kCosts{.missing = 100, .plugged = 4, .change = 256};
constexpr Way kWay{.ahead = false, .patience = 0.5, .depth = 0.08};
constexpr double kNow = 4000;
constexpr double kRoom = 20;
// What any way keeps.
constexpr double kLow = kNow + kRoom + kGiveMargin * kNow;
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

double down_from(double level, const Past& past, const Way& way = kWay) {
  return idle_down_to(past, level, {.now = kNow, .room = kRoom, .ahead_room = 60, .block = kBlock}, way,
                      kCosts);
}

double up(double mib) { return in_blocks(mib, kBlock); }

TEST(IdleDownTo, GoesToItsDepthWhereMuchLiesIdle) {
  const double keeps = kLow + kWay.depth * 100;
  EXPECT_EQ(down_from(keeps + kSureIdleShare * kNow + 2, lived(100, kNow + 100)), up(keeps));
}

TEST(IdleDownTo, KeepsNearlyAllThatWasNeededWhereLessDoes) {
  const double keeps = kLow + kUnsureDepth * 100;
  EXPECT_EQ(down_from(keeps + kLittleIdleShare * kNow + 2, lived(100, kNow + 100)), up(keeps));
}

TEST(IdleDownTo, KeepsAllThatWasNeededWhereLittleDoesAndWaitsForIt) {
  const double keeps = kLow + 100;
  const double level = up(keeps + 0.5 * kLittleIdleShare * kNow);
  EXPECT_EQ(down_from(level, lived(100, kNow + 100)), up(keeps));
  EXPECT_EQ(down_from(level, lived(kLittleIdleSeconds - 4, kNow + 100)), level);
}

TEST(IdleDownTo, WaitsUntilAChangeHasPaidForItselfAsOftenAsTheWayAsks) {
  const double level = kLow + 512;
  const Past past = lived(10, kNow);
  EXPECT_EQ(down_from(level, past, {.ahead = false, .patience = 1}), up(kLow));
  EXPECT_EQ(down_from(level, past, {.ahead = false, .patience = 4}), level) << "10 s are too little for that";
}

TEST(IdleDownTo, WaitsUntilAsMuchLiesIdleAsTheWayAsks) {
  const double level = kLow + 400;
  EXPECT_EQ(down_from(level, lived(100, kNow), {.ahead = false, .idle_mib = 399}), up(kLow));
  EXPECT_EQ(down_from(level, lived(100, kNow), {.ahead = false, .idle_mib = 401}), level);
}

TEST(IdleDownTo, MovesNothingForLessThanIsWorthIt) {
  const double level = up(kLow + 100 + kLeastIdleShare * kNow - 4);
  EXPECT_EQ(down_from(level, lived(300, kNow + 100)), level);
}

TEST(IdleDownTo, KeepsTheRoomOfAWayThatGrowsAhead) {
  EXPECT_EQ(down_from(kLow + 512, lived(100, kNow), {.ahead = true}), up(kLow + 40));
}

// A saturated guest is taken to need more than it ever showed.
TEST(IdleDownTo, NeverGoesBelowNeedAndRoom) {
  for (const double idle : {0.05, 0.07, 0.2}) {
    const double level = up(kLow + idle * kNow);
    EXPECT_EQ(down_from(level, lived(100, kNow - 32, kNow - 32)), up(kLow)) << idle;
  }
}

RC_GTEST_PROP(IdleDownToProperty, NeverTakesWhatIsNeededNorAddsAnything, ()) {
  const double most = *rc::gen::inRange(0, 9000);
  const double level = *rc::gen::inRange(0, 20000);
  const double block = *rc::gen::element(1.0, 2.0, 128.0, 1024.0);
  const Past past = lived(*rc::gen::inRange(0, 300), most, *rc::gen::inRange(0, 9000));
  const Need need{.now = static_cast<double>(*rc::gen::inRange(0, 9000)),
                  .room = 12,
                  .ahead_room = static_cast<double>(*rc::gen::inRange(12, 900)),
                  .block = block};
  for (const Way& way : kWays) {
    const double to = idle_down_to(past, level, need, way, kCosts);
    RC_ASSERT(to <= level);
    RC_ASSERT(to == level || to >= need.low(way) + kGiveMargin * need.now);
    RC_ASSERT(to == level || level - to >= block);
  }
}

}  // namespace
}  // namespace aerostat
