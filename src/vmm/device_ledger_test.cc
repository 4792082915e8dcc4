#include "vmm/device_ledger_fixture.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

TEST_F(DeviceLedgerTest, ABalloonSomebodyElseOrderedMayBeAnything) {
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_FALSE(memory.balloon_target);
  EXPECT_EQ(facts.committed(), 1_GiB);
  adopt(512_MiB);
  EXPECT_EQ(memory.balloon_target, 512_MiB);
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
  EXPECT_EQ(memory.plug_requested, 0_MiB);
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

TEST_F(DeviceLedgerTest, AnUnplugThatWasStuckAndTricklesIsStuckStill) {
  adopt(1_GiB, 512_MiB);
  ledger.aim(1200_MiB);
  see_for(kUnplugPatience, 1_GiB, 512_MiB, 176_MiB);
  EXPECT_EQ(ledger.aim(1200_MiB).balloon, 688_MiB);
  see(900_MiB, 510_MiB, 176_MiB);
  EXPECT_TRUE(memory.unplug_stuck);
  EXPECT_EQ(ledger.aim(1200_MiB).balloon, 690_MiB) << "it goes on, less what came back";
}

TEST_F(DeviceLedgerTest, AStuckUnplugIsNoticedAfterItsPatience) {
  adopt(1_GiB, 512_MiB);
  ledger.aim(1_GiB);
  see(1_GiB, 400_MiB, 0_MiB);
  const auto patience = kUnplugPatience / 100ms;  // see() takes that long
  for (int i = 1; i < patience; ++i) see(1_GiB, 400_MiB, 0_MiB);
  EXPECT_FALSE(memory.unplug_stuck);
  see(1_GiB, 398_MiB, 0_MiB);  // progress, however small
  for (int i = 1; i < patience; ++i) see(1_GiB, 398_MiB, 0_MiB);
  EXPECT_FALSE(memory.unplug_stuck);
  see(1_GiB, 398_MiB, 0_MiB);
  EXPECT_TRUE(memory.unplug_stuck);
  EXPECT_EQ(ledger.aim(1_GiB).balloon, 626_MiB);
}

TEST_F(DeviceLedgerTest, ARefusedOrderIsForgotten) {
  adopt(1_GiB);
  ledger.aim(2_GiB);
  const auto under_way = ledger.orders();
  ledger.order_failed(false, 1_GiB, clock.now());
  read(under_way, 1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 2_GiB);
  see(1_GiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(ledger.aim(2_GiB).plug, 1_GiB);  // may be tried again
}

TEST_F(DeviceLedgerTest, ARefusedBalloonOrderLeavesTheOneBeforeInForce) {
  adopt(512_MiB);
  ledger.order_done(true, 512_MiB);
  ledger.aim(600_MiB);
  ledger.order_failed(true, 600_MiB, clock.now());
  EXPECT_EQ(facts.committed(), 600_MiB) << "until it is read";
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 512_MiB);
  EXPECT_EQ(ledger.aim(600_MiB).balloon, 600_MiB) << "it may be tried again";
}

TEST_F(DeviceLedgerTest, ARefusedBalloonOrderThatAnotherFollowedChangesNothing) {
  adopt(512_MiB);
  ledger.order_done(true, 512_MiB);
  ledger.aim(600_MiB);
  ledger.aim(700_MiB);
  ledger.order_failed(true, 600_MiB, clock.now());
  see(512_MiB, 0_MiB, 0_MiB);
  EXPECT_EQ(facts.committed(), 700_MiB);
}

TEST_F(DeviceLedgerTest, ABalloonThatCarriedNothingOutYetHasAnUnknownTargetWhenItRefuses) {
  adopt(512_MiB);
  ledger.aim(600_MiB);
  ledger.order_failed(true, 600_MiB, clock.now());
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
  EXPECT_EQ(memory.balloon_actual, 900_MiB);
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

TEST_F(DeviceLedgerTest, WhatOtherDevicesGiveAndTakeMovesTheTarget) {
  ledger.adopt_balloon(1_GiB);
  see_beside(512_MiB, 1_GiB);
  EXPECT_EQ(memory.least, 512_MiB + balloon_floor(1_GiB));
  ledger.want(ledger.reachable(400_MiB));
  EXPECT_EQ(memory.goal, memory.least) << "the balloon cannot take what the other device holds";
  ledger.want(ledger.reachable(1024_MiB));
  ledger.aim(*memory.goal);
  see_beside(512_MiB, 512_MiB);
  EXPECT_TRUE(facts.at_rest());
  see_beside(768_MiB, 512_MiB);
  EXPECT_EQ(memory.goal, 1280_MiB) << "it was given by somebody else, and is nobody's to take";
  EXPECT_TRUE(facts.at_rest());
  see_beside(0_MiB, 512_MiB);
  EXPECT_EQ(memory.goal, 512_MiB);
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
  BalloonAndBlocks memory;
  memory.plug_maximum = 512_MiB;
  DeviceLedger ledger(facts, memory);
  TimePoint now{};
  std::deque<std::function<void()>> wire, answers;  // in order, both ways

  const auto ask = [&] {
    wire.push_back([&, orders = ledger.orders()] {
      answers.push_back(
          [&, reading = DeviceLedger::Reading{orders, 1_GiB, {}, qemu.actual, qemu.plugged, qemu.requested}] {
            ledger.read(reading, now);
          });
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
  const Bytes seen = memory.balloon_actual;
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
    if (memory.balloon_target) order(ledger.aim(goal));
    RC_ASSERT(facts.committed() <= std::max({goal, balloon_floor(1_GiB), counted}));
    // What moved since the last answer was allowed by orders that are counted.
    if (answers.empty() && wire.empty()) RC_ASSERT(facts.committed() >= at_most());
    RC_ASSERT(facts.committed() >= qemu.actual + qemu.plugged);
  }
}

}  // namespace
}  // namespace aerostat
