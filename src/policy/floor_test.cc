#include "policy/floor.h"

#include <gtest/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
constexpr TimePoint kStart{std::chrono::hours(1)};

TEST(LearnedFloor, RemembersTheLevelBeforeAShrinkThatHurt) {
  FloorState state = after_shrink({}, 800_MiB, kStart);
  state = after_shrink(state, 700_MiB, kStart + std::chrono::seconds(1));
  state = after_sample(state, true, kStart + std::chrono::seconds(2));
  EXPECT_EQ(state.floor, 800_MiB);
}

TEST(LearnedFloor, BlamesNoShrinkThatLiesLongBack) {
  FloorState state = after_shrink({}, 800_MiB, kStart);
  state = after_sample(state, true, kStart + kShrinkToBlame);
  EXPECT_EQ(state.floor, 0_MiB);
}

TEST(LearnedFloor, ExpiresAndHoldsTwiceAsLongAfterARelapse) {
  FloorState state = after_sample(after_shrink({}, 800_MiB, kStart), true, kStart);
  EXPECT_EQ(state.until, kStart + kFloorFirst);
  state = after_sample(after_shrink(state, 800_MiB, kStart), true, kStart);
  EXPECT_EQ(state.until, kStart + 2 * kFloorFirst);
  state = after_sample(state, false, state.until);
  EXPECT_EQ(state.floor, 0_MiB);
}

}  // namespace
}  // namespace aerostat
