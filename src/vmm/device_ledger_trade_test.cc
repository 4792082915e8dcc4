// The ledger's trades: a block that the guest adds in advance, for what its balloon took.
#include "vmm/device_ledger_fixture.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

TEST_F(DeviceLedgerTest, ABlockDoesNotStayForABalloonThatTakesNothing) {
  adopt(1_GiB, 514_MiB);
  EXPECT_EQ(ledger.aim(1_GiB).plug, 4_MiB);
  for (auto waited = 0ms; waited <= kBalloonPatience; waited += 100ms) {
    EXPECT_FALSE(ledger.aim(1_GiB).plug);
    see(1_GiB, 4_MiB, 4_MiB);
  }
  EXPECT_TRUE(ledger.balloon_stuck());
  const auto orders = ledger.aim(1_GiB);
  EXPECT_EQ(orders.plug, 0_MiB);
  EXPECT_EQ(orders.balloon, 1_GiB);
  see(1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  // It grows and shrinks again: that balloon is not waited for a second time, before it is seen to take.
  ledger.aim(1536_MiB);
  see(1_GiB, 514_MiB, 514_MiB);
  EXPECT_EQ(ledger.aim(1_GiB).plug, 0_MiB);
  see(1_GiB, 0_MiB, 0_MiB);
  ledger.aim(900_MiB);
  see(1000_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(ledger.balloon_stuck());
}

TEST_F(DeviceLedgerTest, AGuestThatWasResetMayHaveADriverForItsBalloon) {
  adopt(1_GiB, 512_MiB);
  ledger.aim(1_GiB);
  see_for(kBalloonPatience, 1_GiB, 4_MiB, 4_MiB);
  ASSERT_TRUE(ledger.balloon_stuck());
  ledger.guest_reset(clock.now());
  EXPECT_FALSE(ledger.balloon_stuck());
}

TEST_F(DeviceLedgerTest, AGuestWithMemoryToSpareAddsAFirstBlock) {
  adopt(1_GiB);
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 700_MiB);
  ledger.open_block(700_MiB, clock.now());
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 696_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  const auto orders = ledger.aim(700_MiB);
  EXPECT_EQ(orders.plug, 4_MiB);
  EXPECT_FALSE(orders.balloon);
  EXPECT_EQ(facts.committed(), 700_MiB);
  see(696_MiB, 4_MiB, 4_MiB);
  EXPECT_TRUE(ledger.settled());
  EXPECT_FALSE(ledger.aim(700_MiB).plug);
}

TEST_F(DeviceLedgerTest, AGuestOfWhichNothingWasAskedAddsOneToo) {
  adopt(1_GiB);
  ledger.open_block(1_GiB, clock.now());
  EXPECT_EQ(ledger.aim(1_GiB).balloon, 1020_MiB);
  see(1020_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(ledger.aim(1_GiB).plug, 4_MiB);
}

TEST_F(DeviceLedgerTest, AGuestAtTheEndOfItsLastBlockAddsAnother) {
  trade_at_the_end();
  EXPECT_EQ(ledger.aim(1152_MiB).plug, 132_MiB);
  see(1020_MiB, 128_MiB, 132_MiB);
  see(1020_MiB, 130_MiB, 132_MiB);
  EXPECT_FALSE(ledger.aim(1152_MiB).plug) << "the rest may come";
  see(1020_MiB, 132_MiB, 132_MiB);
  EXPECT_FALSE(ledger.aim(1152_MiB).plug);
  EXPECT_TRUE(ledger.settled());
  EXPECT_EQ(facts.committed(), 1152_MiB);
}

TEST_F(DeviceLedgerTest, ABlockThatDoesNotComeIsGivenUp) {
  trade_at_the_end();
  ledger.aim(1152_MiB);
  see_for(kTradePatience, 1020_MiB, 128_MiB, 132_MiB);
  EXPECT_EQ(ledger.aim(1152_MiB).plug, 128_MiB);
  see(1020_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(ledger.aim(1152_MiB).balloon, 1_GiB);
  see(1_GiB, 128_MiB, 128_MiB);
  ledger.open_block(1152_MiB, clock.now());
  EXPECT_FALSE(ledger.aim(1152_MiB).balloon) << "it is not tried again at once";
}

TEST_F(DeviceLedgerTest, ABalloonThatCannotTakeEnoughOpensNoBlock) {
  adopt(1_GiB, 100_MiB);
  ledger.open_block(1124_MiB, clock.now());
  EXPECT_EQ(ledger.aim(1124_MiB).balloon, 992_MiB);
  see_for(kTradePatience, 1010_MiB, 100_MiB, 100_MiB);
  EXPECT_EQ(ledger.aim(1124_MiB).balloon, 1_GiB);
  see(1_GiB, 100_MiB, 100_MiB);
  EXPECT_TRUE(ledger.settled());
  ledger.open_block(1124_MiB, clock.now());
  EXPECT_FALSE(ledger.aim(1124_MiB).balloon) << "it is not tried again at once";
}

TEST_F(DeviceLedgerTest, AGuestThatIsToHaveMoreMeanwhileAddsNone) {
  adopt(1_GiB);
  ledger.aim(700_MiB);
  ledger.open_block(700_MiB, clock.now());
  ledger.aim(700_MiB);
  see(800_MiB, 0_MiB, 0_MiB);
  ledger.aim(750_MiB);
  see(746_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(ledger.aim(750_MiB).plug);
}

TEST_F(DeviceLedgerTest, AFirstBlockIsNotWaitedForWithoutADriver) {
  trade();
  EXPECT_EQ(ledger.aim(700_MiB).plug, 4_MiB);
  see_for(kTradePatience, 696_MiB, 0_MiB, 4_MiB);
  EXPECT_TRUE(ledger.trade_stuck());
  EXPECT_EQ(ledger.aim(700_MiB).plug, 0_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 700_MiB);
  see(700_MiB, 0_MiB, 0_MiB);
  EXPECT_TRUE(ledger.settled());
  ledger.open_block(700_MiB, clock.now());
  EXPECT_FALSE(ledger.aim(700_MiB).balloon) << "it is not tried again";
  ledger.guest_reset(clock.now());
  ledger.open_block(700_MiB, clock.now());
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 696_MiB) << "another system may have one";
}

TEST_F(DeviceLedgerTest, ATradeThatFailedIsTriedAgainAfterAWhile) {
  trade();
  ledger.aim(700_MiB);
  see_for(kTradePatience, 696_MiB, 0_MiB, 4_MiB);
  ledger.aim(700_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  ledger.aim(700_MiB);
  see(700_MiB, 0_MiB, 0_MiB);
  clock.advance(kTradeAgain - 1s);
  ledger.open_block(700_MiB, clock.now());
  EXPECT_FALSE(ledger.aim(700_MiB).balloon);
  clock.advance(1s);
  ledger.open_block(700_MiB, clock.now());
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 696_MiB);
  see_for(kTradePatience, 696_MiB, 0_MiB, 0_MiB);
  ledger.aim(700_MiB);
  clock.advance(2 * kTradeAgain - 1s);
  ledger.open_block(700_MiB, clock.now());
  EXPECT_FALSE(ledger.opens()) << "twice as long";
}

TEST_F(DeviceLedgerTest, WhatATradeTookIsOwedUntilItIsBack) {
  trade();
  ledger.aim(700_MiB);
  see_for(kTradePatience, 696_MiB, 0_MiB, 4_MiB);
  ASSERT_TRUE(ledger.trade_stuck());
  ledger.aim(700_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  ledger.aim(700_MiB);
  EXPECT_EQ(facts.due(), 700_MiB);
  see(698_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(memory.owed, 2_MiB);
  see(700_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(memory.owed, 0_MiB);
}

TEST_F(DeviceLedgerTest, ABalloonThatStoodStillOnceIsTriedAgain) {
  adopt(1_GiB, 128_MiB);
  ledger.open_block(1152_MiB, clock.now());
  ledger.aim(1152_MiB);
  see_for(kBalloonPatience, 1_GiB, 128_MiB, 128_MiB);
  ASSERT_TRUE(ledger.balloon_stuck());
  EXPECT_EQ(ledger.aim(1152_MiB).balloon, 1_GiB);
  see(1_GiB, 128_MiB, 128_MiB);
  clock.advance(kTradeAgain);
  ledger.open_block(1152_MiB, clock.now());
  EXPECT_EQ(ledger.aim(1152_MiB).balloon, 1020_MiB);
}

TEST_F(DeviceLedgerTest, OwesWhatTheBalloonTookUntilItIsPlugged) {
  trade_at_the_end();
  EXPECT_EQ(memory.owed, 4_MiB);
  EXPECT_EQ(facts.due(), 1152_MiB);
  ledger.aim(1152_MiB);
  see(1020_MiB, 130_MiB, 132_MiB);
  EXPECT_EQ(memory.owed, 2_MiB);
  see(1020_MiB, 132_MiB, 132_MiB);
  EXPECT_EQ(memory.owed, 0_MiB);
  trade_at_the_end();
  ASSERT_EQ(memory.owed, 4_MiB);
  ledger.aim(1100_MiB);
  EXPECT_EQ(memory.owed, 0_MiB) << "it has other work";
}

TEST_F(DeviceLedgerTest, ABalloonThatIsSlowCostsNoBlock) {
  trade();
  ledger.aim(700_MiB);
  see(696_MiB, 4_MiB, 4_MiB);
  ledger.aim(600_MiB);
  see_for(kBalloonPatience, 696_MiB, 4_MiB, 4_MiB);
  EXPECT_TRUE(ledger.balloon_stuck());
  EXPECT_FALSE(ledger.aim(600_MiB).plug);
}

TEST_F(DeviceLedgerTest, ABalloonThatWasSlowOnceAndMovedHasADriver) {
  adopt(700_MiB, 4_MiB);
  ledger.aim(600_MiB);
  see_for(kBalloonPatience, 700_MiB, 4_MiB, 4_MiB);
  EXPECT_TRUE(ledger.balloon_stuck());
  ledger.aim(1200_MiB);
  see(1_GiB, 176_MiB, 176_MiB);
  EXPECT_FALSE(ledger.balloon_stuck());
  EXPECT_EQ(ledger.aim(1_GiB).plug, 4_MiB);
}

TEST_F(DeviceLedgerTest, ABalloonOfBeforeAResetIsNotWaitedForEither) {
  adopt(700_MiB, 512_MiB);
  ledger.guest_reset(clock.now());
  see(700_MiB, 0_MiB, 512_MiB);
  ledger.aim(1200_MiB);
  see(700_MiB, 176_MiB, 176_MiB);
  ledger.aim(1_GiB);
  see_for(kBalloonPatience, 700_MiB, 4_MiB, 4_MiB);
  EXPECT_TRUE(ledger.balloon_stuck());
  EXPECT_EQ(ledger.aim(1_GiB).plug, 0_MiB);
}

TEST_F(DeviceLedgerTest, AFirstBlockThatComesTooLateIsNotAskedForOnceMore) {
  trade();
  ledger.aim(700_MiB);
  see_for(kTradePatience, 696_MiB, 0_MiB, 4_MiB);
  EXPECT_EQ(ledger.aim(700_MiB).plug, 0_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  see(696_MiB, 4_MiB, 0_MiB);
  ledger.aim(700_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 700_MiB);
  see(700_MiB, 0_MiB, 0_MiB);
  ledger.open_block(700_MiB, clock.now());
  const auto orders = ledger.aim(700_MiB);
  EXPECT_FALSE(orders.balloon);
  EXPECT_FALSE(orders.plug);
}

TEST_F(DeviceLedgerTest, AGrowthThatIsSlowForbidsNoFirstBlock) {
  adopt(1_GiB);
  ledger.aim(1200_MiB);
  see_for(kTradePatience, 1_GiB, 0_MiB, 176_MiB);
  EXPECT_FALSE(ledger.trade_stuck());
  ledger.order_failed(false, 4_MiB, clock.now());
  EXPECT_FALSE(ledger.trade_stuck());
}

TEST_F(DeviceLedgerTest, ALostLinkVoidsTheFirstBlock) {
  trade();
  adopt(696_MiB);
  EXPECT_FALSE(ledger.aim(700_MiB).plug);
}

TEST_F(DeviceLedgerTest, ABalloonThatShowsLessThanItWasToTakeGetsNoFirstBlock) {
  adopt(700_MiB);
  ledger.open_block(700_MiB, clock.now());
  ledger.aim(700_MiB);
  see(690_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(ledger.aim(700_MiB).balloon, 700_MiB);
  see(696_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(ledger.aim(700_MiB).plug);
}

TEST_F(DeviceLedgerTest, AFirstBlockThatIsRefusedIsNotAskedForAgain) {
  trade();
  EXPECT_EQ(ledger.aim(700_MiB).plug, 4_MiB);
  ledger.order_failed(false, 4_MiB, clock.now());
  see(696_MiB, 0_MiB, 0_MiB);
  ledger.open_block(700_MiB, clock.now());
  const auto orders = ledger.aim(700_MiB);
  EXPECT_EQ(orders.balloon, 700_MiB);
  EXPECT_FALSE(orders.plug);
}

}  // namespace
}  // namespace aerostat
