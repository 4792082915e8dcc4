#include "policy/floor.h"

#include <gtest/gtest.h>

#include "policy/test_start.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;

FloorState hurt(const FloorState& before, Bytes had, Bytes left) {
  return after_sample(after_shrink(before, had, kStart), true, left, kStart);
}

TEST(LearnedFloor, LiesAStepAboveWhatHurt) {
  EXPECT_EQ(hurt({}, 8_GiB, 100_MiB).spare, 100_MiB + kFloorStep);
}

TEST(LearnedFloor, NeverLiesAboveWhatThereWasBeforeTheShrink) {
  FloorState state = after_shrink({}, 200_MiB, kStart);
  state = after_shrink(state, 150_MiB, kStart + std::chrono::seconds(1));
  state = after_sample(state, true, 100_MiB, kStart + std::chrono::seconds(2));
  EXPECT_EQ(state.spare, 200_MiB);
}

TEST(LearnedFloor, BlamesNoShrinkThatLiesLongBack) {
  FloorState state = after_shrink({}, 800_MiB, kStart);
  state = after_sample(state, true, 700_MiB, kStart + kShrinkToBlame);
  EXPECT_EQ(state.spare, 0_MiB);
}

TEST(LearnedFloor, ExpiresAndIsTwiceTheStepForTwiceAsLongAfterARelapse) {
  FloorState state = hurt({}, 8_GiB, 100_MiB);
  EXPECT_EQ(state.until, kStart + kFloorFirst);
  state = hurt(state, 8_GiB, 100_MiB);
  EXPECT_EQ(state.until, kStart + 2 * kFloorFirst);
  EXPECT_EQ(state.spare, 100_MiB + kFloorStep + kFloorStep);
  state = after_sample(state, false, 100_MiB, state.until);
  EXPECT_EQ(state.spare, 0_MiB);
}

TEST(LearnedFloor, LiesAStepAboveWhatAGuestHadThatKilled) {
  EXPECT_EQ(after_kill({}, 300_MiB, kStart).spare, 300_MiB + kFloorStep) << "nothing was taken of it before";
}

TEST(LearnedFloor, GrowsByBoundedSteps) {
  FloorState state;
  for (int i = 0; i < 12; ++i) state = hurt(state, 64_GiB, 100_MiB);
  EXPECT_EQ(state.spare, 100_MiB + kFloorStep.scaled(static_cast<double>(kFloorSteps)));
}

}  // namespace
}  // namespace aerostat
