// The ledger of a VM with Hyper-V's balloon: it boots with 2 GiB, and its device can add 6.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "vmm/device_ledger.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class DeviceLedgerHyperVTest : public ::testing::Test {
 protected:
  DeviceLedgerHyperVTest() {
    ledger.adopt_balloon(2_GiB);
    ledger.order_done(true, 2_GiB);
    see(2_GiB);
  }
  // QEMU's answer after the ledger's orders so far.
  void see(Bytes actual) { see_as_of(ledger.orders(), actual); }
  void see_as_of(std::uint64_t orders, Bytes actual) {
    clock.advance(100ms);
    ledger.read({orders, 8_GiB, {}, actual, {}, {}, {}, true, 6_GiB}, clock.now());
  }
  void see_for(Duration time, Bytes actual) {
    for (Duration waited{0}; waited <= time; waited += 100ms) see(actual);
  }
  std::optional<Bytes> ordered(Bytes goal) {
    ledger.want(ledger.reachable(goal));
    return ledger.aim(*memory.goal).balloon;
  }
  // It is told this, and then shows `actual`.
  void moves(Bytes goal, Bytes actual) {
    ASSERT_EQ(ordered(goal), goal);
    ledger.order_done(true, goal);
    see(actual);
  }

  FakeClock clock;
  MachineFacts facts;
  BalloonAndBlocks memory;
  DeviceLedger ledger{facts, memory};
};

TEST_F(DeviceLedgerHyperVTest, WhatWasAddedIsInItsBalloonWhenItIsTakenBack) {
  moves(1_GiB, 1_GiB);
  EXPECT_EQ(facts.ballooned, 1_GiB);
  moves(6_GiB, 6_GiB);
  EXPECT_EQ(facts.ballooned, 0_GiB);
  moves(2_GiB, 2_GiB);
  EXPECT_EQ(facts.ballooned, 4_GiB);
  ledger.guest_reset(clock.now());
  EXPECT_EQ(facts.ballooned, 0_GiB) << "what was added is gone";
  see(2_GiB);
  EXPECT_EQ(facts.ballooned, 0_GiB);
}

TEST_F(DeviceLedgerHyperVTest, AReadingOfBeforeAResetShowsWhatIsGone) {
  moves(6_GiB, 6_GiB);
  const auto before = ledger.orders();
  ledger.guest_reset(clock.now());
  see_as_of(before, 6_GiB);
  EXPECT_EQ(facts.assigned(), 2_GiB);
  see(2_GiB);
  EXPECT_EQ(facts.ballooned, 0_GiB);
}

TEST_F(DeviceLedgerHyperVTest, AGuestThatIsSlowToTakeBackRefusesNothing) {
  moves(6_GiB, 6_GiB);
  moves(2_GiB, 2_GiB);
  moves(6_GiB, 4_GiB);
  see_for(20s, 4_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB);
  moves(8_GiB, 6_GiB);
  see_for(20s, 6_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB) << "nothing was added yet: it may be quiet";
  see(7_GiB);
  see_for(10s, 7_GiB);
  EXPECT_EQ(facts.maximum(), 7_GiB) << "a part of what it was offered";
  EXPECT_EQ(facts.withheld, 1_GiB);
  moves(2_GiB, 2_GiB);
  EXPECT_EQ(facts.maximum(), 7_GiB);
}

TEST_F(DeviceLedgerHyperVTest, AGuestThatHasAllThatItWasOfferedRefusedNothing) {
  moves(6_GiB, 5_GiB);
  see_for(20s, 6_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB);
}

TEST_F(DeviceLedgerHyperVTest, WhatOthersPlugIsNotInItsBalloon) {
  moves(6_GiB, 6_GiB);
  moves(2_GiB, 2_GiB);
  ASSERT_EQ(facts.ballooned, 4_GiB);
  clock.advance(100ms);
  ledger.read({ledger.orders(), 9_GiB, 1_GiB, 3_GiB, {}, {}, {}, true, 6_GiB}, clock.now());
  EXPECT_EQ(facts.ballooned, 4_GiB);
  EXPECT_EQ(facts.maximum(), 9_GiB);
}

TEST_F(DeviceLedgerHyperVTest, EachOrderWaitsForAnAdditionOfItsOwn) {
  moves(6_GiB, 4_GiB);
  moves(7_GiB, 4_GiB);
  see_for(20s, 4_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB) << "it may be quiet again";
}

TEST_F(DeviceLedgerHyperVTest, ARebootEndsWhatItsGuestRefused) {
  moves(8_GiB, 7_GiB);
  see_for(10s, 7_GiB);
  ASSERT_EQ(facts.maximum(), 7_GiB);
  ledger.guest_reset(clock.now());
  see(2_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB);
}

TEST_F(DeviceLedgerHyperVTest, ARebootEndsTheWaitForAnAddition) {
  moves(8_GiB, 7_GiB);
  ledger.guest_reset(clock.now());
  see_for(50s, 2_GiB);  // its device is quiet, and an order that was refused may not be repeated yet
  EXPECT_EQ(facts.maximum(), 8_GiB);
}

TEST_F(DeviceLedgerHyperVTest, AGuestThatTakesInMoreAfterAllRefusedNothing) {
  moves(8_GiB, 4_GiB);
  see_for(10s, 4_GiB);
  ASSERT_EQ(facts.maximum(), 4_GiB);
  see(5_GiB);
  EXPECT_EQ(facts.maximum(), 8_GiB);
  see_for(10s, 5_GiB);
  EXPECT_EQ(facts.maximum(), 5_GiB) << "and no more";
}

TEST_F(DeviceLedgerHyperVTest, WhatOthersPlugIsNoPartOfWhatItsGuestRefused) {
  moves(8_GiB, 4_GiB);
  see_for(10s, 4_GiB);
  ASSERT_EQ(facts.maximum(), 4_GiB);
  clock.advance(100ms);
  ledger.read({ledger.orders(), 9_GiB, 1_GiB, 5_GiB, {}, {}, {}, true, 6_GiB}, clock.now());
  EXPECT_EQ(facts.maximum(), 5_GiB) << "all that it has";
  EXPECT_EQ(ledger.reachable(9_GiB), 5_GiB);
  see(4_GiB);
  EXPECT_EQ(facts.maximum(), 4_GiB) << "it has gone again";
}

TEST_F(DeviceLedgerHyperVTest, ItsLeastIsAPartOfWhatItBootedWith) {
  EXPECT_EQ(facts.levels.least(), 128_MiB) << "not of the 6 GiB that it could be given";
  EXPECT_EQ(ledger.reachable({}), 128_MiB);
}

TEST_F(DeviceLedgerHyperVTest, WhatItAddsComesInGranulesAndNotAtOnce) {
  EXPECT_EQ(facts.levels.above(2_GiB + 1_MiB), 2_GiB + 128_MiB);
  EXPECT_EQ(facts.levels.above(1_GiB + 1_MiB), 1_GiB + 1_MiB) << "its balloon is finer";
  EXPECT_EQ(facts.at_once, 2_GiB) << "what it has, with what its balloon gives back";
}

TEST_F(DeviceLedgerHyperVTest, ATargetThatIsNotKnownMayBeAllThatItCanHave) {
  moves(1_GiB, 1_GiB);
  ledger.begin_session();
  ledger.want(std::nullopt);
  ledger.adopt_balloon(1_GiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  ledger.order_failed(true, 1_GiB, clock.now());
  EXPECT_EQ(facts.committed(), 8_GiB);
}

TEST_F(DeviceLedgerHyperVTest, ARefusedRepetitionAfterAResetIsSentAgain) {
  moves(6_GiB, 6_GiB);
  ledger.guest_reset(clock.now());
  ASSERT_EQ(ordered(6_GiB), 6_GiB) << "the order is void";
  ledger.order_failed(true, 6_GiB, clock.now());
  see(2_GiB);
  EXPECT_EQ(facts.committed(), 6_GiB) << "its goal";
  EXPECT_EQ(ordered(6_GiB), 6_GiB);
  ledger.order_done(true, 6_GiB);
  see(2_GiB);
  EXPECT_EQ(ordered(6_GiB), std::nullopt);
}

// As QEMU does it: no event, what was taken is back, what was added stays.
TEST_F(DeviceLedgerHyperVTest, ADriverThatIsLoadedAnewIsToldItsOrderAgain) {
  for (const Bytes most : {2_GiB, 6_GiB}) {
    if (most > 2_GiB) moves(most, most);
    moves(1_GiB, 1_GiB);
    see_for(1min, 1_GiB);
    see(most);
    EXPECT_EQ(ordered(1_GiB), 1_GiB);
    ledger.order_done(true, 1_GiB);
    see_for(2s, most);
    EXPECT_EQ(facts.meddlings, 0u);
    see(1_GiB);
    EXPECT_EQ(facts.ballooned, most - 1_GiB);
  }
  see(6_GiB);
  see_for(1s, 6_GiB);
  EXPECT_EQ(facts.meddlings, 1u) << "twice in a minute: another hand";
  EXPECT_THAT(facts.meddled, HasSubstr("leaves 6.00 GiB, and 1.00 GiB was asked for"));
}

TEST_F(DeviceLedgerHyperVTest, ASizeThatItNeverHadIsAnotherHands) {
  moves(1_GiB, 1_GiB);
  see_for(1s, 3_GiB);
  EXPECT_EQ(facts.meddlings, 1u);
}

}  // namespace
}  // namespace aerostat
