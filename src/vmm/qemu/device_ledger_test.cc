#include "vmm/qemu/device_ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

class DeviceLedgerTest : public ::testing::Test {
 protected:
  DeviceLedgerTest() {
    facts.plug_block = 2_MiB;
    facts.plug_maximum = 2_GiB;
  }
  // What QEMU shows when asked after the ledger's orders so far.
  void see(Bytes balloon, Bytes plugged, Bytes requested) {
    read(ledger.orders(), balloon, plugged, requested);
  }
  void read(std::uint64_t orders, Bytes balloon, Bytes plugged, Bytes requested) {
    clock.advance(100ms);
    ledger.read({orders, 1_GiB, balloon, plugged, requested}, clock.now());
  }
  // The same for so long.
  void see_for(Duration time, Bytes balloon, Bytes plugged, Bytes requested) {
    for (Duration waited{0}; waited <= time; waited += 100ms) see(balloon, plugged, requested);
  }
  void adopt(Bytes balloon, Bytes plugged = {}) {
    ledger.adopt_balloon(balloon);
    see(balloon, plugged, plugged);
  }
  // A guest of 700 MiB is to add a first block, and its balloon has taken as much.
  void trade() {
    adopt(700_MiB);
    ledger.open_block(700_MiB, clock.now());
    ledger.aim(700_MiB);
    see(696_MiB, 0_MiB, 0_MiB);
  }
  // One that has filled a block of Linux is to add another.
  void trade_at_the_end() {
    adopt(1_GiB, 128_MiB);
    ledger.open_block(1152_MiB, clock.now());
    ledger.aim(1152_MiB);
    see(1020_MiB, 128_MiB, 128_MiB);
  }

  FakeClock clock;
  MachineFacts facts;
  DeviceLedger ledger{facts};
};

TEST_F(DeviceLedgerTest, ABalloonSomebodyElseOrderedMayBeAnything) {
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(facts.balloon_target);
  EXPECT_EQ(facts.committed(), 1_GiB);
  adopt(512_MiB);
  EXPECT_EQ(facts.balloon_target, 512_MiB);
  EXPECT_EQ(facts.committed(), 512_MiB);
}

TEST_F(DeviceLedgerTest, GrowthCountsBeforeItIsOrdered) {
  adopt(512_MiB);
  const auto orders = ledger.aim(1200_MiB);
  EXPECT_EQ(orders.balloon, 1_GiB);
  EXPECT_EQ(orders.plug, 176_MiB);
  EXPECT_EQ(facts.committed(), 1200_MiB);
  EXPECT_EQ(facts.target(), 1200_MiB);
  EXPECT_FALSE(ledger.aim(1200_MiB).balloon);  // in force already
  EXPECT_FALSE(ledger.aim(1200_MiB).plug);
}

TEST_F(DeviceLedgerTest, AWithdrawnRequestCountsUntilAnAnswerThatKnowsOfIt) {
  adopt(1_GiB);
  ledger.aim(2_GiB);
  const auto before = ledger.orders();
  ledger.aim(1_GiB);
  EXPECT_EQ(facts.committed(), 2_GiB);
  read(before, 1_GiB, 0_MiB, 1_GiB);  // asked before the withdrawal
  EXPECT_EQ(facts.committed(), 2_GiB);
  see(1_GiB, 128_MiB, 0_MiB);  // asked after it: some had been plugged just before
  EXPECT_EQ(facts.committed(), 1152_MiB);
  EXPECT_EQ(facts.plug_requested, 0_MiB);
}

TEST_F(DeviceLedgerTest, ShrinkingCountsWhatIsStillThere) {
  adopt(1_GiB, 512_MiB);
  const auto orders = ledger.aim(1_GiB);
  EXPECT_EQ(orders.plug, 4_MiB);
  EXPECT_EQ(orders.balloon, 1020_MiB) << "for what stays";
  see(1020_MiB, 300_MiB, 4_MiB);
  EXPECT_EQ(facts.committed(), 1320_MiB);
  see(1020_MiB, 4_MiB, 4_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_TRUE(ledger.settled());
  EXPECT_FALSE(ledger.aim(1_GiB).plug);
}

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
}

TEST_F(DeviceLedgerTest, OwesWhatTheBalloonTookUntilItIsPlugged) {
  trade_at_the_end();
  EXPECT_EQ(facts.owed, 4_MiB);
  EXPECT_EQ(facts.due(), 1152_MiB);
  ledger.aim(1152_MiB);
  see(1020_MiB, 130_MiB, 132_MiB);
  EXPECT_EQ(facts.owed, 2_MiB);
  see(1020_MiB, 132_MiB, 132_MiB);
  EXPECT_EQ(facts.owed, 0_MiB);
  trade_at_the_end();
  ledger.aim(1100_MiB);
  EXPECT_EQ(facts.owed, 0_MiB) << "it has other work";
}

TEST_F(DeviceLedgerTest, AnUnplugThatWasStuckAndTricklesIsStuckStill) {
  adopt(1_GiB, 512_MiB);
  ledger.aim(1200_MiB);
  see_for(kUnplugPatience, 1_GiB, 512_MiB, 176_MiB);
  EXPECT_EQ(ledger.aim(1200_MiB).balloon, 688_MiB);
  see(900_MiB, 510_MiB, 176_MiB);
  EXPECT_TRUE(ledger.unplug_stuck());
  EXPECT_EQ(ledger.aim(1200_MiB).balloon, 690_MiB) << "it goes on, less what came back";
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
  ledger.order_failed(false, clock.now());
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
  ledger.order_failed(false, clock.now());
  see(696_MiB, 0_MiB, 0_MiB);
  ledger.open_block(700_MiB, clock.now());
  const auto orders = ledger.aim(700_MiB);
  EXPECT_EQ(orders.balloon, 700_MiB);
  EXPECT_FALSE(orders.plug);
}

TEST_F(DeviceLedgerTest, AStuckUnplugIsNoticedAfterItsPatience) {
  adopt(1_GiB, 512_MiB);
  ledger.aim(1_GiB);
  see(1_GiB, 400_MiB, 0_MiB);
  const auto patience = kUnplugPatience / 100ms;  // see() takes that long
  for (int i = 1; i < patience; ++i) see(1_GiB, 400_MiB, 0_MiB);
  EXPECT_FALSE(ledger.unplug_stuck());
  see(1_GiB, 398_MiB, 0_MiB);  // progress, however small
  for (int i = 1; i < patience; ++i) see(1_GiB, 398_MiB, 0_MiB);
  EXPECT_FALSE(ledger.unplug_stuck());
  see(1_GiB, 398_MiB, 0_MiB);
  EXPECT_TRUE(ledger.unplug_stuck());
  EXPECT_EQ(ledger.aim(1_GiB).balloon, 626_MiB);
}

TEST_F(DeviceLedgerTest, ARefusedOrderIsForgotten) {
  adopt(1_GiB);
  ledger.aim(2_GiB);
  const auto under_way = ledger.orders();
  ledger.order_failed(false, clock.now());
  read(under_way, 1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 2_GiB);
  see(1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(ledger.aim(2_GiB).plug, 1_GiB);  // may be tried again
}

TEST_F(DeviceLedgerTest, ARefusedBalloonOrderLeavesItsTargetUnknown) {
  adopt(512_MiB);
  ledger.aim(600_MiB);
  ledger.order_failed(true, clock.now());
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(ledger.aim(512_MiB).balloon, 512_MiB);
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 512_MiB);
}

TEST_F(DeviceLedgerTest, ABalloonOfBeforeAResetIsNotBelieved) {
  adopt(512_MiB);
  ledger.guest_reset(clock.now());
  EXPECT_EQ(facts.resets, 1u);
  see(512_MiB, 0_MiB, 0_MiB);
  ledger.balloon_changed(512_MiB, clock.now());  // an event held back since before the reset
  EXPECT_EQ(facts.committed(), 1_GiB);
  see(900_MiB, 0_MiB, 0_MiB);  // its driver is there and inflates again
  EXPECT_EQ(facts.balloon_actual, 900_MiB);
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 512_MiB);
}

TEST_F(DeviceLedgerTest, AsksAPageLessToMakeTheDriverSpeakAfterAReset) {
  adopt(512_MiB);
  ledger.guest_reset(clock.now());
  EXPECT_EQ(ledger.aim(1_GiB).balloon, 1_GiB - 4_KiB);
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(ledger.aim(1_GiB).balloon);
  see(1_GiB - 4_KiB, 0_MiB, 0_MiB);
  EXPECT_EQ(ledger.aim(1_GiB).balloon, 1_GiB);
}

TEST_F(DeviceLedgerTest, TellsWhenItGrewAndResetsAreNoGrowth) {
  adopt(512_MiB);
  ledger.guest_reset(clock.now());
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.grew_at, TimePoint{});
  ledger.aim(2_GiB);
  clock.advance(10ms);
  ledger.plug_changed(128_MiB, clock.now());
  EXPECT_EQ(facts.grew_at, clock.now());
}

// A QEMU and a guest that do anything they may, answers that are late, orders at any time: what the ledger
// counts is never less than what the VM has or may take (law 1).
RC_GTEST_PROP(DeviceLedgerProperty, NeverCountsLessThanTheTruth, ()) {
  struct Qemu {
    Bytes actual, target, plugged, requested;
  } qemu;
  qemu.actual = Bytes::mib(*rc::gen::inRange(64, 1025));
  qemu.target = Bytes::mib(*rc::gen::inRange(64, 1025));
  qemu.plugged = Bytes::mib(*rc::gen::inRange(0, 256) * 2);
  qemu.requested = Bytes::mib(*rc::gen::inRange(0, 256) * 2);
  MachineFacts facts;
  facts.plug_maximum = 512_MiB;
  DeviceLedger ledger(facts);
  TimePoint now{};
  std::deque<std::function<void()>> wire, answers;  // in order, both ways

  const auto ask = [&] {
    wire.push_back([&, orders = ledger.orders()] {
      answers.push_back([&, reading = DeviceLedger::Reading{orders, 1_GiB, qemu.actual, qemu.plugged,
                                                            qemu.requested}] { ledger.read(reading, now); });
    });
  };
  const auto order = [&](const DeviceLedger::Orders& orders) {
    if (orders.balloon) wire.push_back([&, b = *orders.balloon] { qemu.target = b; });
    if (orders.plug) wire.push_back([&, p = *orders.plug] { qemu.requested = p; });
    if (orders.balloon || orders.plug) ask();
  };
  const auto deliver = [](auto& queue) {
    if (queue.empty()) return;
    const auto next = std::move(queue.front());
    queue.pop_front();
    next();
  };
  const auto guest_moves = [&] {
    const Bytes step = Bytes::mib(*rc::gen::inRange(0, 128) * 2);
    qemu.actual = qemu.target > qemu.actual ? std::min(qemu.target, qemu.actual + step)
                                            : std::max(qemu.target, qemu.actual - step);
    qemu.plugged = qemu.requested > qemu.plugged ? std::min(qemu.requested, qemu.plugged + step)
                                                 : std::max(qemu.requested, qemu.plugged - step);
  };
  // Between the answer and the next one a guest may move on; what it can become at most was counted then.
  const auto at_most = [&] {
    return std::max(qemu.actual, qemu.target) + std::max(qemu.plugged, qemu.requested);
  };

  ask();
  deliver(wire);
  deliver(answers);
  const Bytes seen = facts.balloon_actual;
  ledger.adopt_balloon(seen);
  wire.push_back([&, seen] { qemu.target = seen; });
  ask();
  Bytes goal = 1_GiB;
  const int steps = *rc::gen::inRange(0, 80);
  for (int i = 0; i < steps; ++i) {
    now += 100ms;
    switch (*rc::gen::inRange(0, 8)) {
      case 0: goal = Bytes::mib(*rc::gen::inRange(0, 1600)); break;
      case 1: deliver(wire); break;
      case 2: deliver(answers); break;
      case 3: guest_moves(); break;
      case 4: ask(); break;
      case 5: ledger.open_block(goal, now); break;
      case 6: answers.push_back([&, actual = qemu.actual] { ledger.balloon_changed(actual, now); }); break;
      case 7: answers.push_back([&, plugged = qemu.plugged] { ledger.plug_changed(plugged, now); }); break;
    }
    const Bytes counted = facts.committed();
    if (facts.balloon_target) order(ledger.aim(goal));
    RC_ASSERT(facts.committed() <= std::max({goal, balloon_floor(1_GiB), counted}));
    // What moved since the last answer was allowed by orders that are counted.
    if (answers.empty() && wire.empty()) RC_ASSERT(facts.committed() >= at_most());
    RC_ASSERT(facts.committed() >= qemu.actual + qemu.plugged);
  }
}

}  // namespace
}  // namespace aerostat
