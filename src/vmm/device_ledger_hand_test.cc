// Somebody else gives the VM orders too.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vmm/device_ledger_fixture.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class DeviceLedgerHandTest : public DeviceLedgerTest {
 protected:
  // It has 700 MiB, as we ordered, and 128 MiB plugged.
  void settle() {
    adopt(700_MiB, 128_MiB);
    ledger.want(828_MiB);
    for (const auto& order : {ledger.aim(828_MiB)}) EXPECT_FALSE(order.balloon);
    ledger.order_done(true, 700_MiB);
    see_for(1s, 700_MiB, 128_MiB, 128_MiB);
    ASSERT_EQ(facts.meddlings, 0u);
  }
};

TEST_F(DeviceLedgerHandTest, ABalloonThatLeavesOurOrderCountsAsAnything) {
  settle();
  see(600_MiB, 128_MiB, 128_MiB);
  EXPECT_TRUE(ledger.wonders());
  see_for(200ms, 600_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 1u);
  EXPECT_THAT(facts.meddled, HasSubstr("leaves 600 MiB, and 700 MiB was asked for"));
  EXPECT_FALSE(facts.target_known);
  EXPECT_EQ(facts.committed(), 1_GiB + 128_MiB);
  EXPECT_FALSE(facts.ordered);
  see_for(2s, 600_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 1u);
}

// A balloon that creeps back would never be called another's: a guest in want is not kept waiting for that.
TEST_F(DeviceLedgerHandTest, FindingOutWhoseHandItIsTakesASecondAtMost) {
  settle();
  see(600_MiB, 128_MiB, 128_MiB);
  EXPECT_FALSE(ledger.aim(800_MiB).balloon) << "it is being found out";
  for (int i = 2; i < 20; ++i) see(600_MiB + Bytes::mib(i), 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
  EXPECT_TRUE(ledger.wonders());
  EXPECT_TRUE(ledger.aim(800_MiB).balloon);
}

TEST_F(DeviceLedgerHandTest, AnotherRequestOfPluggedMemoryCountsAndIsTold) {
  settle();
  see(700_MiB, 128_MiB, 512_MiB);
  EXPECT_EQ(facts.meddlings, 1u);
  EXPECT_THAT(facts.meddled, HasSubstr("was asked to be 512 MiB"));
  EXPECT_EQ(facts.committed(), 700_MiB + 512_MiB);
  EXPECT_TRUE(facts.target_known);
}

TEST_F(DeviceLedgerHandTest, OurOwnOrdersAreNone) {
  settle();
  ledger.want(900_MiB);
  const auto orders = ledger.aim(900_MiB);
  ASSERT_TRUE(orders.plug || orders.balloon);
  if (orders.balloon) ledger.order_done(true, *orders.balloon);
  const Bytes balloon = orders.balloon.value_or(700_MiB), plug = orders.plug.value_or(128_MiB);
  see_for(1s, balloon, plug, plug);
  EXPECT_EQ(facts.meddlings, 0u);
}

TEST_F(DeviceLedgerHandTest, AReadingOfBeforeAnOrderIsNone) {
  settle();
  const auto before = ledger.orders();
  ledger.want(1_GiB + 512_MiB);
  const auto orders = ledger.aim(1_GiB + 512_MiB);
  ASSERT_TRUE(orders.balloon);
  read(before, 700_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
}

TEST_F(DeviceLedgerHandTest, ARebootIsNone) {
  settle();
  ledger.guest_reset(clock.now());
  see_for(1s, 700_MiB, 0_MiB, 128_MiB);
  see_for(1s, 900_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
}

TEST_F(DeviceLedgerHandTest, AGuestThatMayTakeMemoryBackIsNone) {
  settle();
  const auto look = [this](Bytes balloon) {
    for (int i = 0; i < 5; ++i) {
      clock.advance(100ms);
      DeviceLedger::Reading now{ledger.orders(), 1_GiB, {}, balloon, 128_MiB, 128_MiB};
      now.deflates_on_oom = true;
      ledger.read(now, clock.now());
    }
  };
  look(764_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
  EXPECT_EQ(facts.assigned(), 892_MiB) << "what it took counts";
  EXPECT_EQ(facts.target(), 828_MiB);
  EXPECT_TRUE(ledger.aim(900_MiB).balloon) << "and it gets orders";
  ledger.aim(828_MiB);
  ledger.order_done(true, 700_MiB);
  look(700_MiB);
  look(600_MiB);
  EXPECT_EQ(facts.meddlings, 1u) << "no guest gives more than it was asked for";
}

TEST_F(DeviceLedgerHandTest, AnOrderThatGotLostWithAConnectionIsNone) {
  settle();
  ledger.want(1_GiB + 512_MiB);
  ledger.aim(1_GiB + 512_MiB);
  ledger.begin_session();
  see_for(1s, 700_MiB, 128_MiB, 128_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
}

TEST_F(DeviceLedgerHandTest, ADimmIsNone) {
  settle();
  for (int i = 0; i < 5; ++i) {
    clock.advance(100ms);
    ledger.read({ledger.orders(), 2_GiB, {}, 1724_MiB, 128_MiB, 128_MiB}, clock.now());
  }
  EXPECT_EQ(facts.meddlings, 0u);
}

}  // namespace
}  // namespace aerostat
