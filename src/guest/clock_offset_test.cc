#include "guest/clock_offset.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1h};
constexpr auto kAhead = 500s;  // the guest's clock shows this at kStart

// A ping sent `at` after the start, which took `there` and `back`.
void exchange(ClockOffset& offset, Duration at, Duration there, Duration back, Duration guest_shift = 0s) {
  offset.add(kStart + at, kStart + at + there + back, kAhead + at + there + guest_shift);
}

TEST(ClockOffset, IsRightWithinHalfTheRoundTrip) {
  ClockOffset offset;
  exchange(offset, 0s, 1ms, 9ms);
  const TimePoint sampled = kStart + 1s;
  const TimePoint told = offset.to_host(kAhead + 1s, kStart + 2s);
  EXPECT_LE(told - sampled, 5ms);
  EXPECT_GE(told - sampled, -5ms);
  EXPECT_GE(offset.error(kStart + 10ms), 5ms);
}

TEST(ClockOffset, TrustsTheShortestExchange) {
  ClockOffset offset;
  exchange(offset, 0s, 40ms, 0ms);
  exchange(offset, 1s, 100us, 100us);
  exchange(offset, 2s, 0ms, 90ms);
  EXPECT_EQ(offset.to_host(kAhead + 3s, kStart + 4s), kStart + 3s);
}

TEST(ClockOffset, PrefersAFreshExchangeToAnOldOneThatWasBarelyShorter) {
  ClockOffset offset;
  exchange(offset, 0s, 1ms, 1ms);
  exchange(offset, 50s, 2ms, 2ms);
  EXPECT_LT(offset.error(kStart + 51s), 3ms);
}

TEST(ClockOffset, ForgetsAfterAMinuteOfBetterKnowledge) {
  ClockOffset offset;
  exchange(offset, 0s, 0ms, 100us);
  for (int i = 1; i <= 60; ++i) exchange(offset, i * 1s, 3ms, 3ms);
  EXPECT_GE(offset.error(kStart + 61s), 3ms);
}

TEST(ClockOffset, StartsAnewWhenTheGuestsClockStoodStill) {
  ClockOffset offset;
  exchange(offset, 0s, 100us, 100us);
  // Paused for 5 s. The next exchange is slow, and yet it is the only one that can be right.
  exchange(offset, 10s, 10ms, 10ms, -5s);
  EXPECT_EQ(offset.to_host(kAhead + 6s, kStart + 12s), kStart + 11s);
}

TEST(ClockOffset, ReplacesWhatCannotBeByTheTimeOfArrival) {
  ClockOffset offset;
  const TimePoint arrived = kStart + 100s;
  EXPECT_EQ(offset.to_host(kAhead, arrived), arrived);  // nothing is known yet
  exchange(offset, 0s, 100us, 100us);
  EXPECT_EQ(offset.to_host(kAhead + 101s, arrived), arrived);  // the future
  EXPECT_EQ(offset.to_host(kAhead + 89s, arrived), arrived);   // long ago
  EXPECT_EQ(offset.to_host(kAhead + 91s, arrived), kStart + 91s);
  EXPECT_EQ(offset.to_host(Duration::max(), arrived), arrived);
  EXPECT_EQ(offset.to_host(0s, arrived), arrived);
}

TEST(ClockOffset, ExtremeGuestTimesDoNotOverflow) {
  ClockOffset offset;
  offset.add(kStart, kStart + 1ms, Duration::max());
  offset.add(kStart + 1s, kStart + 1001ms, 0s);
  offset.add(kStart + 2s, kStart + 2001ms, Duration::max());
  EXPECT_EQ(offset.to_host(0s, kStart + 3s), kStart + 3s);
}

}  // namespace
}  // namespace aerostat
