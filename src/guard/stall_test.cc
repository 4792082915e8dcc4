#include "guard/stall.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Duration kSecond = std::chrono::seconds(1);

TEST(StallMonitor, NamesAShrinkThatMakesNoProgress) {
  StallStep step = watch_progress({}, 1_GiB, 2_GiB, kStart);
  step = watch_progress(step.state, 1_GiB, 2_GiB, kStart + kStallAfter);
  EXPECT_TRUE(step.give_up);
  EXPECT_TRUE(step.state.shrink_stalled());
}

TEST(StallMonitor, TakesASmallGapForNone) {
  for (const Bytes gap : {kProgress, -kProgress}) {
    StallState state = watch_progress({}, 1_GiB, 1_GiB + gap, kStart).state;
    EXPECT_EQ(state.phase, StallState::Phase::Settled);
    EXPECT_FALSE(watch_progress(state, 1_GiB, 1_GiB + gap, kStart + 2 * kStallAfter).give_up);
  }
}

TEST(StallMonitor, IsPatientWithASlowOne) {
  StallStep step = watch_progress({}, 1_GiB, 2_GiB, kStart);
  for (int i = 1; i < 30; ++i) {
    step = watch_progress(step.state, 1_GiB, 2_GiB - Bytes::mib(4 * i), kStart + i * kSecond);
    ASSERT_FALSE(step.state.shrink_stalled()) << i;
  }
}

TEST(StallMonitor, GivesANewTargetNoNewExcuse) {
  StallStep step = watch_progress({}, 1_GiB, 2_GiB, kStart);
  for (int i = 1; i <= kStallAfter / kSecond; ++i) {
    step = watch_progress(step.state, 1_GiB - Bytes::mib(64 * i), 2_GiB, kStart + i * kSecond);
  }
  EXPECT_TRUE(step.state.shrink_stalled());
}

TEST(StallMonitor, WithdrawsGrowthThatIsNotTaken) {
  StallStep step = watch_progress({}, 2_GiB, 1_GiB, kStart);
  step = watch_progress(step.state, 2_GiB, 1_GiB, kStart + kStallAfter);
  EXPECT_TRUE(step.give_up);
  EXPECT_TRUE(step.state.grow_stalled());
}

TEST(StallMonitor, OffersGrowthAgainSoonAndThenEverMoreSeldom) {
  StallState state;
  TimePoint now = kStart;
  Duration wait = kOfferFirst;
  for (int i = 0; i < 12; ++i) {
    state = watch_progress(state, 2_GiB, 1_GiB, now).state;
    state = watch_progress(state, 2_GiB, 1_GiB, now + kStallAfter).state;
    ASSERT_TRUE(state.grow_stalled());
    EXPECT_EQ(state.retry_at - now - kStallAfter, std::min<Duration>(wait, kOfferMost)) << i;
    wait *= 2;
    now = state.retry_at;
    state = watch_progress(state, 1_GiB, 1_GiB, now).state;
    EXPECT_FALSE(state.grow_stalled()) << "it may be asked again";
  }
}

TEST(StallMonitor, BelievesAGuestAgainThatTakesSomethingIn) {
  StallState state = watch_progress({}, 2_GiB, 1_GiB, kStart).state;
  EXPECT_FALSE(state.refused());
  state = watch_progress(state, 2_GiB, 1_GiB, kStart + kStallAfter).state;
  EXPECT_TRUE(state.refused());
  const TimePoint again = state.retry_at;
  state = watch_progress(state, 1_GiB + kOffer, 1_GiB, again).state;
  EXPECT_TRUE(state.refused()) << "asked again, and nothing happened yet";
  state = watch_progress(state, 1_GiB + kOffer, 1_GiB + kProgress, again + kSecond).state;
  EXPECT_FALSE(state.refused());
}

TEST(StallMonitor, BelievesAGuestAgainThatTookAllOfAnOfferBetweenTwoLooks) {
  StallState state = watch_progress({}, 2_GiB, 1_GiB, kStart).state;
  state = watch_progress(state, 2_GiB, 1_GiB, kStart + kStallAfter).state;
  const TimePoint again = state.retry_at;
  state = watch_progress(state, 1_GiB, 1_GiB, again).state;
  ASSERT_TRUE(state.refused());
  state = watch_progress(state, 1_GiB + kOffer, 1_GiB + kOffer, again + kSecond).state;
  EXPECT_FALSE(state.refused());
}

TEST(StallMonitor, CountsFailuresOfEachWayByThemselves) {
  StallState state;
  TimePoint now = kStart;
  for (int i = 0; i < 4; ++i) {
    state = watch_progress(state, 1_GiB, 2_GiB, now).state;
    state = watch_progress(state, 1_GiB, 2_GiB, now + kStallAfter).state;
    ASSERT_TRUE(state.shrink_stalled());
    EXPECT_FALSE(state.refused());
    now = state.retry_at;
  }
  state = watch_progress(state, 3_GiB, 2_GiB, now).state;
  state = watch_progress(state, 3_GiB, 2_GiB, now + kStallAfter).state;
  ASSERT_TRUE(state.grow_stalled());
  EXPECT_EQ(state.retry_at - now - kStallAfter, kOfferFirst);
}

TEST(StallMonitor, WatchesAChangeTheOtherWayAtOnce) {
  StallState state = watch_progress({}, 2_GiB, 1_GiB, kStart).state;
  state = watch_progress(state, 2_GiB, 1_GiB, kStart + kStallAfter).state;
  ASSERT_TRUE(state.grow_stalled());
  const TimePoint asked = kStart + kStallAfter + kSecond;
  state = watch_progress(state, 512_MiB, 1_GiB, asked).state;
  EXPECT_FALSE(state.grow_stalled());
  EXPECT_TRUE(watch_progress(state, 512_MiB, 1_GiB, asked + kStallAfter).state.shrink_stalled());
}

TEST(StallMonitor, TriesAgainLaterEachTimeWaitingLonger) {
  StallState state;
  TimePoint now = kStart;
  Duration last{0};
  for (int i = 0; i < 4; ++i) {
    state = watch_progress(state, 1_GiB, 2_GiB, now).state;
    state = watch_progress(state, 1_GiB, 2_GiB, now + kStallAfter).state;
    ASSERT_TRUE(state.shrink_stalled());
    EXPECT_GT(state.retry_at - now, last);
    last = state.retry_at - now;
    now = state.retry_at;
  }
}

}  // namespace
}  // namespace aerostat
