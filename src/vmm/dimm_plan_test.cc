#include "vmm/dimm_plan.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

TEST(DimmPlan, SlotsSufficeForTheMaximumHoweverSmallTheSteps) {
  for (const Bytes boot : {256_MiB, 384_MiB, 1_GiB, 3_GiB + 64_MiB, 48_GiB, 96_GiB}) {
    for (const Bytes most : {1_GiB, 8_GiB, 64_GiB + 128_MiB, 1024_GiB}) {
      for (const int slots : {1, 2, 4, 16, 256}) {
        const Bytes block = dimm_block(boot);
        Bytes has = boot;
        int left = slots;
        for (Bytes step = dimm_step(has, most - has, left, block); step > Bytes{};
             step = dimm_step(has, most - has, left, block)) {
          EXPECT_EQ(step, step.round_down(block));
          has += step;
          --left;
        }
        EXPECT_GE(left, 0);
        EXPECT_LT(most - has, block) << format_bytes(boot) << " to " << format_bytes(most) << " in " << slots
                                     << " slots";
      }
    }
  }
}

TEST(DimmPlan, LeavesSmallVmsSmallSteps) {
  EXPECT_EQ(dimm_step(384_MiB, 2_GiB, 16, 128_MiB), 128_MiB);
  EXPECT_EQ(dimm_step(2_GiB, 6_GiB, 16, 128_MiB), 256_MiB) << "384 MiB in equal parts";
  EXPECT_EQ(dimm_step(384_MiB, 2_GiB, 1, 128_MiB), 2_GiB) << "one slot: all at once";
  EXPECT_EQ(dimm_step(384_MiB, 1000_GiB, 256, 128_MiB), 128_MiB) << "4 GiB in equal parts";
}

TEST(DimmPlan, AddsNoneWithoutASlotOrWithoutRoomForABlock) {
  EXPECT_EQ(dimm_step(1_GiB, 1_GiB, 0, 128_MiB), 0_MiB);
  EXPECT_EQ(dimm_step(1_GiB, 127_MiB, 4, 128_MiB), 0_MiB);
  EXPECT_EQ(dimm_step(1_GiB, 0_MiB - 1_GiB, 4, 128_MiB), 0_MiB);
  EXPECT_EQ(dimm_step(0_MiB, 1_GiB, 4, 128_MiB), 0_MiB);
}

TEST(DimmPlan, KnowsTheLargeBlocksOfLargeGuests) {
  EXPECT_EQ(dimm_block(60_GiB), 128_MiB);
  EXPECT_EQ(dimm_block(64_GiB), 2_GiB);
}

TEST(DimmPlan, LevelsAreFineBelowAndCoarseAbove) {
  const Levels levels = dimm_levels(32_MiB, 384_MiB, 256_MiB, 1_GiB);
  EXPECT_EQ(levels.grain(), 2_MiB);
  EXPECT_EQ(levels.least(), 32_MiB);
  EXPECT_EQ(levels.most(), 384_MiB + 1_GiB);
  EXPECT_EQ(levels.below(301_MiB), 300_MiB);
  EXPECT_EQ(levels.below(639_MiB), 384_MiB);
  EXPECT_EQ(levels.above(385_MiB), 640_MiB);
  EXPECT_EQ(levels.below(2_GiB), levels.most());
}

TEST(DimmPlan, LevelsAreNotManyHoweverLargeTheVm) {
  const Levels levels = dimm_levels(4_GiB, 64_GiB, 2_GiB, 2048_GiB);
  EXPECT_EQ(levels.grain(), 240_MiB);
  EXPECT_EQ(levels.above(64_GiB + 1_MiB), 66_GiB);
  EXPECT_EQ(levels.most(), 2112_GiB);
  const Levels fixed = dimm_levels(1_GiB, 1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(fixed.least(), 1_GiB);
  EXPECT_EQ(fixed.most(), 1_GiB);
}

}  // namespace
}  // namespace aerostat
