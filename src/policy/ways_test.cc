#include "policy/ways.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

constexpr Costs kCosts{.missing = 100, .plugged = 4, .change = 256};
constexpr Way kWay{.patience = 0.5, .depth = 0.08};
constexpr double kNow = 4000;
constexpr double kRoom = 20;
// Any way keeps this where the estimate is sure, …
constexpr double kLow = kNow + kRoom;
// … and this where it errs.
constexpr double kError = 24;
constexpr double kUnsureLow = kLow + kErrorKept * kError;
constexpr double kFineBlock = 2;

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

double down_from(double level, const Past& past, const Way& way = kWay, double error = 0) {
  return idle_down_to(past, level, {.now = kNow, .room = kRoom, .error = error, .block = kFineBlock}, way,
                      kCosts);
}
double unsure_down_from(double level, const Past& past) { return down_from(level, past, kWay, kError); }

double up(double mib) { return in_blocks(mib, kFineBlock); }

TEST(IdleDownTo, GoesToItsDepth) {
  const double keeps = kLow + kWay.depth * 100;
  EXPECT_EQ(down_from(keeps + 40, lived(100, kNow + 100)), up(keeps));
}

// It was 40 MiB off a minute ago: no more than an error may be.
TEST(IdleDownTo, KeepsWhatAnErrorMayComeBackFor) {
  const double keeps = kUnsureLow + 40 + kWay.depth * 40;
  ASSERT_LT(40, kErrorMost * kError);
  EXPECT_EQ(unsure_down_from(keeps + kErrorSure * kError + 2, lived(100, kNow + 40)), up(keeps));
}

TEST(IdleDownTo, KeepsNoMoreOfWhatWasNeededThanAnErrorMayBe) {
  const double most = kErrorMost * kError + 100;
  const double keeps = kUnsureLow + kErrorMost * kError + kWay.depth * most;
  EXPECT_EQ(unsure_down_from(keeps + kErrorSure * kError + 2, lived(100, kNow + most)), up(keeps));
}

TEST(IdleDownTo, KeepsNearlyAllThatWasNeededWhereAnErrorMayBeAllThatLiesIdle) {
  const double keeps = kUnsureLow + 40 + kUnsureDepth * 40;
  EXPECT_EQ(unsure_down_from(up(keeps + kErrorIdle * kError + 2), lived(100, kNow + 40)), up(keeps));
}

TEST(IdleDownTo, MovesNothingForLessThanTheErrorIsWorth) {
  const double keeps = kUnsureLow + 40 + kUnsureDepth * 40;
  const double level = up(keeps + kErrorIdle * kError - 4);
  EXPECT_EQ(unsure_down_from(level, lived(300, kNow + 40)), level);
}

TEST(IdleDownTo, MovesNothingForLessThanAnyEstimateMayErr) {
  const double least = kEstimateError * kNow;
  EXPECT_EQ(down_from(up(kLow + least - 4), lived(300, kNow)), up(kLow + least - 4));
  EXPECT_EQ(down_from(up(kLow + least + 2), lived(300, kNow)), up(kLow));
}

TEST(IdleDownTo, WaitsUntilAChangeHasPaidForItselfAsOftenAsTheWayAsks) {
  const double level = kLow + 512;
  const Past past = lived(10, kNow);
  EXPECT_EQ(down_from(level, past, {.patience = 1}), up(kLow));
  EXPECT_EQ(down_from(level, past, {.patience = 4}), level) << "10 s are too little for that";
}

TEST(IdleDownTo, WaitsUntilAsMuchLiesIdleAsTheWayAsks) {
  const double level = kLow + 400;
  EXPECT_EQ(down_from(level, lived(100, kNow), {.idle_mib = 399}), up(kLow));
  EXPECT_EQ(down_from(level, lived(100, kNow), {.idle_mib = 401}), level);
}

// A saturated guest is taken to need more than it ever showed.
TEST(IdleDownTo, NeverGoesBelowNeedAndRoom) {
  for (const double idle : {0.05, 0.07, 0.2}) {
    const double level = up(kUnsureLow + idle * kNow);
    EXPECT_EQ(unsure_down_from(level, lived(100, kNow - 32, kNow - 32)), up(kUnsureLow)) << idle;
  }
}

RC_GTEST_PROP(IdleDownToProperty, NeverTakesWhatIsNeededNorAddsAnything, ()) {
  const double most = *rc::gen::inRange(0, 9000);
  const double level = *rc::gen::inRange(0, 20000);
  const double block = *rc::gen::element(1.0, 2.0, 128.0, 1024.0);
  const Past past = lived(*rc::gen::inRange(0, 300), most, *rc::gen::inRange(0, 9000));
  const Need need{.now = static_cast<double>(*rc::gen::inRange(0, 9000)),
                  .room = static_cast<double>(*rc::gen::inRange(12, 900)),
                  .error = static_cast<double>(*rc::gen::inRange(0, 60)),
                  .block = block};
  for (const Way& way : kWays) {
    const double to = idle_down_to(past, level, need, way, kCosts);
    RC_ASSERT(to <= level);
    RC_ASSERT(to == level || to >= need.low() + kErrorKept * need.error);
    RC_ASSERT(to == level || level - to >= block);
  }
}

}  // namespace
}  // namespace aerostat
