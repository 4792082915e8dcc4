#include "agent/linux/row_source.h"

#include <gtest/gtest.h>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

TEST(RowSource, ReadsAWholeDebianGuest) {
  MachineRows rows(std::string(AGENT_FIXTURES) + "/debian12-grown");
  ASSERT_TRUE(rows.usable());
  const recording::Row row = rows.look();
  for (const recording::Column& column : recording::kColumns) EXPECT_TRUE(row.*column.value) << column.name;
  EXPECT_EQ(*row.used, *row.total - *row.free);
  EXPECT_GT(*row.kernel, *row.slab_reclaimable + *row.slab_unreclaimable);
}

TEST(RowSource, LeavesOutWhatAnOldKernelDoesNotGive) {
  MachineRows rows(std::string(AGENT_FIXTURES) + "/linux-3.10");
  const recording::Row row = rows.look();
  EXPECT_TRUE(row.used);
  EXPECT_FALSE(row.available || row.psi_some_us || row.refault_anon);
}

TEST(RowSource, ReadsACgroupOfVersionTwo) {
  TestTree tree;
  tree.write("/memory.current", "8388608\n");
  tree.write("/memory.max", "max\n");
  tree.write("/memory.swap.current", "4096\n");
  tree.write(
      "/memory.stat",
      "anon 2097152\nfile 3145728\nkernel 1048576\nactive_file 2048000\ninactive_file 1024000\nshmem 73728\n"
      "slab_reclaimable 409600\nslab_unreclaimable 204800\npgmajfault 7\nworkingset_refault_anon 1\n"
      "workingset_refault_file 2\npswpin 3\npswpout 4\n");
  tree.write("/memory.pressure",
             "some avg10=0.00 avg60=0.00 avg300=0.00 total=55\nfull avg10=0.00 total=44\n");
  tree.write("/memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 1\n");
  CgroupRows rows(tree.root());
  ASSERT_TRUE(rows.usable());
  recording::Row row = rows.look();
  EXPECT_EQ(row.used, 8192);
  EXPECT_FALSE(row.total || row.free);  // no limit
  EXPECT_EQ(row.anon, 2048);
  EXPECT_EQ(row.active_file, 2000);
  EXPECT_EQ(row.inactive_file, 1000);
  EXPECT_EQ(row.shmem, 72);
  EXPECT_EQ(row.slab_reclaimable, 400);
  EXPECT_EQ(row.slab_unreclaimable, 200);
  EXPECT_EQ(row.kernel, 1024);
  EXPECT_EQ(row.swap_used, 4);
  EXPECT_EQ(row.pswpin, 3);
  EXPECT_EQ(row.pswpout, 4);
  EXPECT_EQ(row.pgmajfault, 7);  // pages, not bytes
  EXPECT_EQ(row.refault_file, 2);
  EXPECT_EQ(row.oom_kill, 1);
  EXPECT_EQ(row.psi_some_us, 55);
  EXPECT_EQ(row.psi_full_us, 44);
  tree.write("/memory.max", "16777216\n");
  row = rows.look();
  EXPECT_EQ(row.total, 16384);
  EXPECT_EQ(row.free, 8192);
  tree.write("/memory.max", "4194304\n");
  row = rows.look();
  EXPECT_EQ(row.total, 4096);
  EXPECT_FALSE(row.free) << "its limit was lowered below what it uses";
}

TEST(RowSource, ReadsACgroupOfVersionOneWithAllBelowIt) {
  TestTree tree;
  tree.write("/memory.usage_in_bytes", "8388608\n");
  tree.write("/memory.limit_in_bytes", "9223372036854771712\n");
  tree.write("/memory.kmem.usage_in_bytes", "1048576\n");
  tree.write("/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
  tree.write(
      "/memory.stat",
      "rss 1\nactive_file 1\nshmem 1\ninactive_file 1\nswap 1\npgmajfault 1\nworkingset_refault_anon 1\n"
      "total_rss 2097152\ntotal_shmem 73728\ntotal_swap 8192\ntotal_pgmajfault 9\n"
      "total_inactive_file 1024000\ntotal_active_file 2048000\ntotal_workingset_refault_file 6\n"
      "total_workingset_refault_anon 3\n");
  CgroupRows rows(tree.root());
  ASSERT_TRUE(rows.usable());
  const recording::Row row = rows.look();
  EXPECT_EQ(row.used, 8192);
  EXPECT_FALSE(row.total);
  EXPECT_EQ(row.anon, 2048);
  EXPECT_EQ(row.active_file, 2000);
  EXPECT_EQ(row.swap_used, 8);
  EXPECT_EQ(row.kernel, 1024);
  EXPECT_EQ(row.inactive_file, 1000);
  EXPECT_EQ(row.shmem, 72);
  EXPECT_EQ(row.pgmajfault, 9);
  EXPECT_EQ(row.refault_file, 6);
  EXPECT_EQ(row.refault_anon, 3);
  EXPECT_EQ(row.oom_kill, 5);
  EXPECT_FALSE(row.slab_reclaimable);
}

TEST(RowSource, SaysThatThereIsNothingToRead) {
  EXPECT_FALSE(MachineRows("/nowhere").usable());
  EXPECT_FALSE(CgroupRows("/nowhere").usable());
  TestTree tree;
  tree.write("/memory.stat", "anon 1\n");
  EXPECT_FALSE(CgroupRows(tree.root()).usable());  // not how much is used
}

}  // namespace
}  // namespace aerostat::agent
