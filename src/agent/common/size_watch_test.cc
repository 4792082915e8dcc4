#include "agent/common/size_watch.h"

#include <gtest/gtest.h>

#include "agent/common/test_units.h"

namespace aerostat::agent {
namespace {

TEST(SizeWatch, TellsGrowthOnceItHasStoodStill) {
  SizeWatch watch;
  for (int s = 0; s < 5; ++s) watch.saw((400 + 40 * s) * kMiB, s * kSecond);
  EXPECT_FALSE(watch.due(4 * kSecond));
  EXPECT_FALSE(watch.due(6 * kSecond));
  const auto change = watch.due(7 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 400 * kMiB);
  EXPECT_EQ(change->new_kib, 560 * kMiB);
  watch.told(change->new_kib, 7 * kSecond);
  EXPECT_FALSE(watch.due(60 * kSecond));
}

TEST(SizeWatch, TellsGrowthThatDoesNotEndNowAndThen) {
  SizeWatch watch;
  int told = 0;
  for (int s = 0; s < 60; ++s) {
    watch.saw((400 + 40 * s) * kMiB, s * kSecond);
    if (const auto change = watch.due(s * kSecond)) {
      watch.told(change->new_kib, s * kSecond);
      ++told;
    }
  }
  EXPECT_EQ(told, 3);
}

TEST(SizeWatch, DoesNotCallMemoryThatIsAboutToGoGrowth) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, 0);
  for (int s = 0; s < 15; ++s) {
    watch.saw(2000 * kMiB, s * kSecond);
    EXPECT_FALSE(watch.due(s * kSecond)) << s;
  }
  EXPECT_TRUE(watch.due(15 * kSecond)) << "it was not taken after all";
}

TEST(SizeWatch, GrowthAfterAShrinkThatHasArrivedIsToldAsAnyOther) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, 0);
  watch.saw(1001 * kMiB, kSecond);
  watch.saw(1500 * kMiB, 2 * kSecond);
  EXPECT_FALSE(watch.due(4 * kSecond));
  EXPECT_TRUE(watch.due(5 * kSecond));
}

TEST(SizeWatch, WhatWasTakenWithoutAWordIsToldWhenItIsGone) {
  SizeWatch watch;
  watch.saw(1000 * kMiB, 0);
  watch.saw(600 * kMiB, kSecond);
  EXPECT_FALSE(watch.due(3 * kSecond));
  auto change = watch.due(4 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 1000 * kMiB);
  EXPECT_EQ(change->new_kib, 600 * kMiB);
  watch.told(600 * kMiB, 4 * kSecond);
  EXPECT_FALSE(watch.due(20 * kSecond));
  watch.saw(900 * kMiB, 20 * kSecond);
  change = watch.due(23 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 600 * kMiB);
}

TEST(SizeWatch, WhatGoesBeyondWhatWasAnnouncedIsTold) {
  SizeWatch watch;
  watch.saw(1200 * kMiB, 0);
  watch.told(900 * kMiB, 0);
  for (int s = 1; s <= 20; ++s) watch.saw((1200 - 48 * s) * kMiB, s * kSecond);
  EXPECT_FALSE(watch.due(22 * kSecond));
  const auto change = watch.due(23 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 900 * kMiB);
  EXPECT_EQ(change->new_kib, 240 * kMiB);
}

TEST(SizeWatch, ASlowShrinkIsNoGrowthWhileItGoesOn) {
  SizeWatch watch;
  watch.saw(1200 * kMiB, 0);
  watch.told(240 * kMiB, 0);
  for (int s = 1; s <= 60; ++s) {
    watch.saw((1200 - 16 * s) * kMiB, s * kSecond);
    EXPECT_FALSE(watch.due(s * kSecond)) << s;
  }
}

TEST(SizeWatch, GrowthInPlaceOfAnAnnouncedShrinkIsTold) {
  SizeWatch watch;
  watch.saw(1200 * kMiB, 0);
  watch.told(900 * kMiB, 0);
  watch.saw(1400 * kMiB, kSecond);
  EXPECT_TRUE(watch.due(4 * kSecond));
}

TEST(SizeWatch, WhatNobodyHeardIsToldWhenItIsGone) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, kSecond);
  watch.nobody_heard();
  EXPECT_FALSE(watch.due(60 * kSecond)) << "they know what they have";
  watch.saw(1000 * kMiB, 60 * kSecond);
  const auto change = watch.due(63 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 2000 * kMiB);
  EXPECT_EQ(change->new_kib, 1000 * kMiB);
}

TEST(SizeWatch, ARefusalLosesNoGrowthOfBefore) {
  SizeWatch watch;
  watch.saw(1000 * kMiB, 0);
  watch.saw(1500 * kMiB, kSecond);
  watch.told(1200 * kMiB, 2 * kSecond);
  watch.nobody_heard();
  const auto change = watch.due(4 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 1000 * kMiB);
  EXPECT_EQ(change->new_kib, 1500 * kMiB);
}

TEST(SizeWatch, ARefusalOfMoreEndsNoShrinkOfBefore) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, kSecond);
  watch.told(800 * kMiB, 5 * kSecond);
  watch.nobody_heard();
  EXPECT_FALSE(watch.due(8 * kSecond)) << "it may still come";
  EXPECT_TRUE(watch.due(20 * kSecond));
}

TEST(SizeWatch, WhatSomeMissedIsToldWhenItIsGone) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, kSecond);
  watch.some_missed_it();
  watch.saw(1000 * kMiB, 10 * kSecond);
  EXPECT_FALSE(watch.due(12 * kSecond));
  const auto change = watch.due(13 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 2000 * kMiB);
  EXPECT_EQ(change->new_kib, 1000 * kMiB);
  watch.told(1000 * kMiB, 13 * kSecond);
  EXPECT_FALSE(watch.due(60 * kSecond)) << "once";
}

TEST(SizeWatch, WhatSomeMissedAndStaysIsToldToWhoMadeRoom) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, 0);
  watch.some_missed_it();
  EXPECT_FALSE(watch.due(14 * kSecond));
  const auto change = watch.due(15 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 1000 * kMiB);
  EXPECT_EQ(change->new_kib, 2000 * kMiB);
}

TEST(SizeWatch, TellsNothingWhileNobodyLooks) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(1000 * kMiB, 0);
  watch.looks_away();
  EXPECT_FALSE(watch.due(60 * kSecond)) << "it may be gone";
  watch.saw(1000 * kMiB, 60 * kSecond);
  EXPECT_FALSE(watch.due(90 * kSecond)) << "it was";
  watch.looks_away();
  watch.saw(500 * kMiB, 100 * kSecond);
  const auto change = watch.due(103 * kSecond);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->old_kib, 1000 * kMiB) << "what they were told before";
}

TEST(SizeWatch, NoSizeThatWasToldIsTakenForNone) {
  SizeWatch watch;
  watch.saw(2000 * kMiB, 0);
  watch.told(0, 0);
  watch.saw(2000 * kMiB, kSecond);
  EXPECT_TRUE(watch.due(15 * kSecond)) << "a host asked for all of it, and took nothing";
}

TEST(SizeWatch, AFewMiBAreNotWorthIt) {
  SizeWatch watch;
  watch.saw(1000 * kMiB, 0);
  watch.saw(1015 * kMiB, kSecond);
  EXPECT_FALSE(watch.due(100 * kSecond));
}

}  // namespace
}  // namespace aerostat::agent
