#include "model/decision.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

Wish wish(Because because, Bytes to, Bytes about) {
  Wish out{0, to, 3_GiB, Rule::Grow, because, about, {1_GiB, 900_MiB, {}, false}};
  Parts& wanted = out.numbers.wanted;
  wanted.add(Part::Demand, 900_MiB);
  wanted.add(Part::Headroom, 100_MiB);
  wanted.add(Part::Block, 12_MiB);
  wanted.raise_to(Part::Minimum, 3_GiB);
  return out;
}

// Granted and carried out as it was wished.
Decision granted(const Wish& what) {
  return {{what, what.place, 1_GiB, what.to, {}}, {Outcome::Kind::Ordered, what.to}};
}

Decision growth(Because because, Bytes to, Bytes about) { return granted(wish(because, to, about)); }

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

TEST(Reason, BeginsWithWhatStoodInTheWayLast) {
  Decision decision = growth(Because::BeingFreed, 2_GiB, 1_GiB);
  decision.ruling.granted = 1536_MiB;
  decision.ruling.cuts = {{Rail::Maximum, 1792_MiB}, {Rail::Commitment, 512_MiB}};
  decision.outcome = {Outcome::Kind::TooFine, 1_GiB};
  EXPECT_EQ(reason(decision).rfind("its devices cannot be set that finely; only 512 MiB of the capacity is "
                                   "free; not above its maximum, 1.75 GiB; 1.00 GiB more is being freed",
                                   0),
            0U)
      << reason(decision);
}

TEST(Reason, SaysThatOnlyAPartGoesBack) {
  Wish idle = wish(Because::NotNeeded, 2_GiB, 1_GiB);
  idle.rule = Rule::ReturnIdle;
  idle.desired = 1_GiB;
  EXPECT_NE(reason(granted(idle)).find("goes back to the pool, in parts"), std::string::npos);
  idle.desired = idle.to;
  EXPECT_NE(reason(granted(idle)).find("goes back to the pool (demand"), std::string::npos);
}

TEST(Decision, NamesTheRuleThatDecidedInTheEnd) {
  const Decision as_wished = growth(Because::Needs, 2_GiB, 0_MiB);
  EXPECT_EQ(as_wished.rule(), Rule::Grow);
  Decision cut = as_wished;
  cut.ruling.granted = cut.outcome.to = 1536_MiB;
  EXPECT_EQ(cut.rule(), Rule::Grow) << "a part is given all the same";
  cut.ruling.granted = cut.outcome.to = 1_GiB;
  EXPECT_EQ(cut.rule(), Rule::Refused);
  cut.ruling.wish.to = 512_MiB;
  EXPECT_EQ(cut.rule(), Rule::Guarded);
  Decision later = as_wished;
  later.outcome = {Outcome::Kind::Preparing, 1_GiB};
  EXPECT_EQ(later.rule(), Rule::Waiting);
  later.outcome.kind = Outcome::Kind::TooFine;
  EXPECT_EQ(later.rule(), Rule::Guarded);
  EXPECT_FALSE(later.grows());
}

TEST(Reason, IsNeverEmpty) {
  for (int i = 0; i <= static_cast<int>(Because::WeightDecides); ++i)
    EXPECT_FALSE(reason(growth(static_cast<Because>(i), 1_GiB, 2_GiB)).empty()) << i;
}

}  // namespace
}  // namespace aerostat
