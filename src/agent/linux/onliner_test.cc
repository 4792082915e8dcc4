#include "agent/linux/onliner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "agent/common/reporter.h"
#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

const std::string kMemory = "/sys/devices/system/memory/";
const std::string kPolicy = "/sys/module/memory_hotplug/parameters/online_policy";

struct BlocksGuest {
  TestTree tree;
  Notices notices;

  explicit BlocksGuest(bool has_policy) {
    tree.write(kMemory + "auto_online_blocks", "offline\n");
    tree.write(kMemory + "block_size_bytes", "8000000\n");
    if (has_policy) tree.write(kPolicy, "contig-zones\n");
    zones(384, 0);
    block(0, "online\n");
  }
  void zones(int kernel_mib, int movable_mib) {
    tree.write("/proc/zoneinfo",
               "Node 0, zone    DMA32\n        present  " + std::to_string(kernel_mib * 256) +
                   "\nNode 0, zone  Movable\n        present  " + std::to_string(movable_mib * 256) + "\n");
  }
  void block(int number, const std::string& state) { tree.write(state_of(number), state); }
  std::string state(int number) { return tree.read(state_of(number)); }
  static std::string state_of(int number) { return kMemory + "memory" + std::to_string(number) + "/state"; }
};

TEST(Onliner, LetsTheKernelDoItWhereItHasAPolicy) {
  BlocksGuest guest(true);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  EXPECT_TRUE(onliner.start());
  EXPECT_EQ(guest.tree.read(kPolicy), "auto-movable");
  EXPECT_EQ(guest.tree.read(kMemory + "auto_online_blocks"), "online");
  onliner.restore();
  EXPECT_EQ(guest.tree.read(kPolicy), "contig-zones");
  EXPECT_EQ(guest.tree.read(kMemory + "auto_online_blocks"), "offline");
}

TEST(Onliner, BringsOnlineWhatWasLeftOffline) {
  BlocksGuest guest(true);
  guest.block(32, "offline\n");
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  EXPECT_EQ(guest.state(32), "online");
  EXPECT_EQ(guest.state(0), "online\n");
  EXPECT_EQ(guest.notices.next(), nullptr);
}

TEST(Onliner, LooksAfterTheKernelHadItsTurn) {
  BlocksGuest guest(true);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  guest.block(33, "offline\n");
  onliner.appeared("memory33", 1000);
  EXPECT_EQ(onliner.due(), 1000 + 100 * kMs);
  onliner.work(1000);
  EXPECT_EQ(guest.state(33), "offline\n");
  onliner.work(onliner.due());
  EXPECT_EQ(guest.state(33), "online");
  EXPECT_EQ(onliner.due(), INT64_MAX);
}

TEST(Onliner, ChoosesTheZoneItselfWhereTheKernelHasNoPolicy) {
  BlocksGuest guest(false);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  EXPECT_EQ(guest.tree.read(kMemory + "auto_online_blocks"), "offline\n");
  guest.block(32, "offline\n");
  onliner.appeared("memory32", 5);
  onliner.work(5);
  EXPECT_EQ(guest.state(32), "online_movable");
  guest.zones(384, 1152);
  guest.block(33, "offline\n");
  onliner.appeared("memory33", 6);
  onliner.work(6);
  EXPECT_EQ(guest.state(33), "online_kernel");
}

TEST(Onliner, GivesTheNextBlockToTheKernelWhileItsMemoryIsShort) {
  for (const bool has_policy : {true, false}) {
    BlocksGuest guest(has_policy);
    Sampler sampler(guest.tree.root());
    Onliner onliner(guest.tree.root(), sampler, guest.notices);
    onliner.start();
    onliner.watch(1024 * 1024, 10 * 1024);
    EXPECT_EQ(guest.tree.read(kMemory + "auto_online_blocks"), has_policy ? "online_kernel" : "offline\n");
    guest.block(32, "offline\n");
    onliner.appeared("memory32", 0);
    onliner.work(onliner.due());
    EXPECT_EQ(guest.state(32), "online_kernel");
    onliner.watch(1024 * 1024, 100 * 1024);
    EXPECT_EQ(guest.tree.read(kMemory + "auto_online_blocks"), has_policy ? "online" : "offline\n");
    onliner.restore();
    EXPECT_THAT(guest.tree.read(kMemory + "auto_online_blocks"), ::testing::StartsWith("offline"));
  }
}

TEST(Onliner, LooksAtAllBlocksWhenEventsWereLost) {
  BlocksGuest guest(true);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  for (int i = 100; i < 200; ++i) guest.block(i, "offline\n");
  onliner.lost_track(0);
  onliner.work(onliner.due());
  for (int i = 100; i < 200; ++i) EXPECT_EQ(guest.state(i), "online") << i;
}

TEST(Onliner, LeavesAloneWhatAnOwnerTookOfflineLater) {
  BlocksGuest guest(true);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  guest.block(0, "offline\n");
  guest.block(33, "offline\n");
  onliner.appeared("memory33", 0);
  onliner.work(onliner.due());
  EXPECT_EQ(guest.state(0), "offline\n");
}

TEST(Onliner, HasNothingToDoOnAMachineWithoutHotAdd) {
  TestTree tree;
  Notices notices;
  Sampler sampler(tree.root());
  Onliner onliner(tree.root(), sampler, notices);
  EXPECT_FALSE(onliner.start());
}

TEST(Onliner, SaysWhatItCouldNotBringOnline) {
  BlocksGuest guest(true);
  guest.block(32, "offline\n");
  const std::string state = guest.tree.root() + BlocksGuest::state_of(32);
  ::unlink(state.c_str());
  // Neither readable nor writable: not offline, no complaint.
  ASSERT_EQ(::symlink("/proc/self/comm_that_is_not", state.c_str()), 0);
  Sampler sampler(guest.tree.root());
  Onliner onliner(guest.tree.root(), sampler, guest.notices);
  onliner.start();
  EXPECT_EQ(guest.notices.next(), nullptr);
}

TEST(Notices, AreKeptInOrderAndNotRepeated) {
  Notices notices;
  notices.add("online", "memory37", EINVAL);
  notices.add("online", "memory37", EINVAL);
  notices.add("compact", "compact_memory", EACCES);
  ASSERT_NE(notices.next(), nullptr);
  EXPECT_STREQ(notices.next()->text.data(), "memory37: Invalid argument");
  notices.drop();
  EXPECT_STREQ(notices.next()->what.data(), "compact");
  notices.drop();
  EXPECT_EQ(notices.next(), nullptr);
  notices.new_host();
  notices.add("compact", "compact_memory", EACCES);
  EXPECT_NE(notices.next(), nullptr) << "another host has not heard of it";
}

}  // namespace
}  // namespace aerostat::agent
