// The ledger of a VM that grows by DIMMs: QEMU's answers as 7.2 gives them.
#include <gtest/gtest.h>

#include "vmm/device_ledger.h"
#include "vmm/dimm_plan.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

// QEMU: it boots with 512 MiB and has four slots.
class DeviceLedgerDimmTest : public ::testing::Test {
 protected:
  // The answers to a reading that is requested now.
  void see() { see_as_of(ledger.orders()); }
  void see_as_of(std::uint64_t orders) {
    clock.advance(100ms);
    const Bytes room = 2_GiB - dimms;
    const Bytes step = dimm_step(512_MiB + dimms, room, slots, 128_MiB);
    memory.by_dimms = true;
    memory.dimm_slots = slots;
    if (step > Bytes{}) memory.plug_block = step;
    memory.plug_maximum = step > Bytes{} ? room : Bytes{};
    DeviceLedger::Reading reading{orders, 512_MiB + dimms, {}, 512_MiB + dimms - taken, {}, {}, dimms};
    if (step > Bytes{}) reading.plugged = Bytes{};
    ledger.read(reading, clock.now());
    EXPECT_GE(facts.committed(), 512_MiB + dimms - taken);
  }
  void adopt() {
    ledger.adopt_balloon(512_MiB + dimms - taken);
    see();
  }
  DeviceLedger::Orders want(Bytes goal) {
    ledger.want(ledger.reachable(goal));
    return ledger.aim(*memory.goal);
  }
  void add(Bytes size) {
    dimms += size;
    --slots;
  }

  Bytes dimms, taken;  // in our DIMMs; in the balloon
  int slots = 4;
  FakeClock clock;
  MachineFacts facts;
  BalloonAndBlocks memory;
  DeviceLedger ledger{facts, memory};
};

TEST_F(DeviceLedgerDimmTest, ADimmCountsFromTheOrderOn) {
  adopt();
  EXPECT_EQ(facts.maximum(), 2560_MiB);
  const auto orders = want(1100_MiB);
  EXPECT_EQ(orders.plug, 512_MiB) << "a multiple of the step";
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(facts.target(), 1_GiB);
  see_as_of(ledger.orders() - 1);
  EXPECT_EQ(facts.committed(), 1_GiB);
  add(512_MiB);
  see();
  EXPECT_EQ(facts.assigned(), 1_GiB);
  EXPECT_EQ(facts.committed(), 1_GiB) << "once, not twice";
  EXPECT_EQ(facts.base, 512_MiB);
  EXPECT_EQ(facts.added, 512_MiB);
  EXPECT_EQ(facts.meddlings, 0u);
  EXPECT_TRUE(ledger.settled());
}

TEST_F(DeviceLedgerDimmTest, NoSecondOneIsOrderedWhileOneComes) {
  adopt();
  EXPECT_TRUE(want(1_GiB).plug);
  EXPECT_FALSE(want(2_GiB).plug);
  EXPECT_FALSE(want(512_MiB).plug) << "it cannot be called back";
  EXPECT_GE(facts.committed(), 1_GiB);
}

TEST_F(DeviceLedgerDimmTest, OneThatIsRefusedIsNotCounted) {
  adopt();
  want(1_GiB);
  ledger.want(std::nullopt);
  ledger.order_failed(false, 512_MiB, clock.now());
  EXPECT_EQ(facts.committed(), 1_GiB) << "until a reading that was requested later";
  see();
  EXPECT_EQ(facts.committed(), 512_MiB);
  EXPECT_TRUE(want(1_GiB).plug);
}

TEST_F(DeviceLedgerDimmTest, TheBalloonTakesBackWhatADimmGave) {
  add(512_MiB);
  adopt();
  const auto orders = want(300_MiB);
  EXPECT_EQ(orders.balloon, 300_MiB);
  EXPECT_FALSE(orders.plug);
  EXPECT_EQ(facts.committed(), 1_GiB);
  taken = 724_MiB;
  see();
  EXPECT_EQ(facts.assigned(), 300_MiB);
  EXPECT_EQ(facts.committed(), 300_MiB);
  EXPECT_FALSE(facts.as_booted);
}

TEST_F(DeviceLedgerDimmTest, GrowingDeflatesFirstAndAddsOnlyWhatThatCannotGive) {
  add(512_MiB);
  taken = 724_MiB;
  adopt();
  auto orders = want(1_GiB);
  EXPECT_EQ(orders.balloon, 1_GiB);
  EXPECT_FALSE(orders.plug);
  orders = want(2560_MiB);
  EXPECT_EQ(orders.plug, 1536_MiB);
}

// What the balloon was told moves by the DIMM, and it is told nothing meanwhile.
TEST_F(DeviceLedgerDimmTest, TheBalloonsOrderMovesWithADimm) {
  taken = 100_MiB;
  adopt();
  auto orders = want(1_GiB);
  EXPECT_EQ(orders.balloon, 512_MiB);
  EXPECT_EQ(orders.plug, 512_MiB);
  EXPECT_FALSE(want(512_MiB).balloon);
  EXPECT_FALSE(want(300_MiB).balloon);
  add(512_MiB);
  see();  // and the balloon has not deflated yet
  EXPECT_EQ(facts.assigned(), 924_MiB);
  EXPECT_EQ(facts.committed(), 1_GiB) << "it is still told to deflate";
  orders = want(1_GiB);
  EXPECT_FALSE(orders.balloon) << "the order in force gives that";
  EXPECT_EQ(want(300_MiB).balloon, 300_MiB);
}

TEST_F(DeviceLedgerDimmTest, ADimmOfAnEarlierConnectionIsSeenAndNotTakenForAnothersHand) {
  adopt();
  want(1_GiB);
  ledger.want(std::nullopt);
  ledger.begin_session();
  EXPECT_EQ(facts.committed(), 1_GiB);
  add(512_MiB);
  adopt();
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(want(1_GiB).balloon, std::nullopt);
  EXPECT_EQ(facts.meddlings, 0u);
}

TEST_F(DeviceLedgerDimmTest, WithoutAFreeSlotThereIsNoMore) {
  slots = 1;
  adopt();
  EXPECT_EQ(want(1_GiB).plug, std::nullopt) << "one slot: all or nothing";
  EXPECT_EQ(want(2560_MiB).plug, 2_GiB);
  add(2_GiB);
  see();
  EXPECT_EQ(facts.committed(), 2560_MiB);
  EXPECT_EQ(facts.maximum(), 2560_MiB);
  EXPECT_EQ(ledger.reachable(4_GiB), 2560_MiB);
  EXPECT_EQ(want(300_MiB).balloon, 300_MiB);
}

// After a reboot the guest has all of its DIMMs until its balloon's driver is loaded.
TEST_F(DeviceLedgerDimmTest, ARebootHasTheDimmsAtOnce) {
  add(512_MiB);
  taken = 724_MiB;
  adopt();
  ledger.guest_reset(clock.now());
  EXPECT_EQ(facts.assigned(), 1_GiB);
  EXPECT_EQ(facts.committed(), 1_GiB);
  EXPECT_EQ(facts.base, 512_MiB) << "what it is to have after that";
}

}  // namespace
}  // namespace aerostat
