#include "model/move.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

Move growth(Because because, Bytes to, Bytes about) {
  Move move{"web", 1_GiB, to, 3_GiB, Rule::Grow, ""};
  move.numbers = {1_GiB, 900_MiB, {}, false};
  move.numbers.wanted.add(Part::Demand, 900_MiB);
  move.numbers.wanted.add(Part::Headroom, 100_MiB);
  move.numbers.wanted.add(Part::Block, 12_MiB);
  move.numbers.wanted.raise_to(Part::Minimum, 3_GiB);
  move.because = because;
  move.about = about;
  return move;
}

TEST(Reason, IsMadeOfTheCauseItsAmountAndTheNumbers) {
  EXPECT_EQ(
      reason(growth(Because::WeightDecides, 1_GiB, 2_GiB)),
      "2.00 GiB refused: the host has no more to give, weight decides (demand 900 MiB of 1.00 GiB assigned, "
      "wanted 3072 MiB: 900 MiB demand + 100 MiB headroom for its bursts + 12 MiB to add a memory block in + "
      "2060 "
      "MiB up to its owner's minimum)");
}

TEST(Reason, SaysThatAPartWasGiven) {
  EXPECT_EQ(reason(growth(Because::BuffersShared, 2_GiB, 1_GiB)).rfind("a part; 1.00 GiB refused", 0), 0U);
}

TEST(Reason, BeginsWithWhatWasSaidLast) {
  Move move = growth(Because::BeingFreed, 2_GiB, 1_GiB);
  move.say("only 512 MiB of the capacity is free");
  move.say("its devices cannot be set that finely");
  EXPECT_EQ(reason(move).rfind("its devices cannot be set that finely; only 512 MiB of the capacity is free; "
                               "1.00 GiB more is being freed for it",
                               0),
            0U);
}

TEST(Reason, SaysThatOnlyAPartGoesBack) {
  Move move = growth(Because::NotNeeded, 2_GiB, 1_GiB);
  move.rule = Rule::ReturnIdle;
  move.desired = 1_GiB;
  EXPECT_NE(reason(move).find("goes back to the pool, in parts"), std::string::npos);
  move.desired = move.to;
  EXPECT_NE(reason(move).find("goes back to the pool (demand"), std::string::npos);
}

TEST(Reason, IsNeverEmpty) {
  for (int i = 0; i <= static_cast<int>(Because::WeightDecides); ++i)
    EXPECT_FALSE(reason(growth(static_cast<Because>(i), 1_GiB, 2_GiB)).empty()) << i;
}

}  // namespace
}  // namespace aerostat
