#include "agent/linux/oom_log.h"

#include <gtest/gtest.h>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

TEST(OomLog, TellsKillsAtALimitFromThoseOfTheWholeMachine) {
  TestTree tree;
  tree.write("/dev/kmsg",
             "3,901,5140900,-;Out of memory: Killed process 300 (db) total-vm:1kB\n"
             "3,902,5140901,-;Memory cgroup out of memory: Killed process 301 (job) total-vm:1kB\n"
             " SUBSYSTEM=memory\n"
             "6,903,5140902,-;oom_reaper: reaped process 301 (job)\n");
  OomLog log(tree.root());
  EXPECT_EQ(log.in_limits(), 0);
  log.read();
  EXPECT_EQ(log.in_limits(), 1);
  log.read();
  EXPECT_EQ(log.in_limits(), 1) << "each is counted once";
}

TEST(OomLog, DoesNotBelieveWhatAProgramWroteIntoIt) {
  EXPECT_EQ(kills_in_limits("12,9,1,-;Memory cgroup out of memory: Killed process 1 (x)\n"), 0);
  EXPECT_EQ(kills_in_limits("3,9,1,-;note: Memory cgroup out of memory: Killed process 1 (x)\n"), 0);
}

TEST(OomLog, IsMissingNotZeroWhereItCannotBeRead) { EXPECT_EQ(OomLog("/nowhere").in_limits(), std::nullopt); }

}  // namespace
}  // namespace aerostat::agent
