#include "policy/rescue.h"

#include <gtest/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;

TEST(Rescue, IsForGuestsThatShowNearlyNothing) {
  EXPECT_TRUE(nearly_empty(50_MiB, true, 16_MiB)) << "a large kernel's watermarks lie high";
  EXPECT_TRUE(nearly_empty(15_MiB, false, 32_MiB));
  EXPECT_FALSE(nearly_empty(16_MiB, false, 32_MiB));
  EXPECT_FALSE(nearly_empty(40_MiB, false, 1_GiB)) << "its headroom is for bursts, and will come";
}

TEST(Rescue, GivesMoreEachTimeThatItDidNotHelpAndThenWaits) {
  EXPECT_EQ(rescue(0, {}), kLeastGrow);
  EXPECT_EQ(rescue(1, Duration{0}), 0_MiB) << "the last is still on its way";
  EXPECT_EQ(rescue(1, kRescueEvery), kLeastGrow + kLeastGrow);
  EXPECT_EQ(rescue(60, kRescueEvery), kLeastGrow.scaled(1 << kRescueDoublings));
}

}  // namespace
}  // namespace aerostat
