#include "model/levels.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

TEST(Levels, AreStepsOfABalloonAndBlocks) {
  const Levels levels = Levels::around(1000_MiB, 1_MiB, 128_MiB, 64_MiB, 1256_MiB);
  EXPECT_EQ(levels.below(900_MiB + 3_KiB), 900_MiB);
  EXPECT_EQ(levels.above(900_MiB + 3_KiB), 901_MiB);
  EXPECT_EQ(levels.below(1127_MiB), 1000_MiB);
  EXPECT_EQ(levels.above(1001_MiB), 1128_MiB);
  EXPECT_EQ(levels.above(1128_MiB), 1128_MiB);
  EXPECT_EQ(levels.below(10_MiB), 64_MiB) << "the least";
  EXPECT_EQ(levels.above(9_GiB), 1256_MiB) << "the most";
  EXPECT_EQ(levels.grain(), 128_MiB);
}

TEST(Levels, AreSizesOfDimms) {
  const Levels levels = Levels::sizes({512_MiB, 1_GiB, 1536_MiB, 3_GiB});
  EXPECT_EQ(levels.below(1_GiB), 1_GiB);
  EXPECT_EQ(levels.above(1_GiB), 1_GiB);
  EXPECT_EQ(levels.below(2_GiB), 1536_MiB);
  EXPECT_EQ(levels.above(2_GiB), 3_GiB);
  EXPECT_EQ(levels.below(1_MiB), 512_MiB);
  EXPECT_EQ(levels.above(4_GiB), 3_GiB);
  EXPECT_EQ(levels.least(), 512_MiB);
  EXPECT_EQ(levels.most(), 3_GiB);
  EXPECT_EQ(levels.grain(), 512_MiB);
}

TEST(Levels, OfAVmThatCannotChangeAreOne) {
  const Levels levels = Levels::sizes({384_MiB});
  for (const Bytes amount : {0_MiB, 384_MiB, 2_GiB}) {
    EXPECT_EQ(levels.below(amount), 384_MiB);
    EXPECT_EQ(levels.above(amount), 384_MiB);
  }
}

}  // namespace
}  // namespace aerostat
