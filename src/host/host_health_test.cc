#include "host/host_health.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/temporary_folder.h"

namespace aerostat {
namespace {

using namespace literals;

class HostHealthFiles : public ::testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) {
    const std::filesystem::path file = root() + path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  const std::string& root() const { return folder_.path(); }

 private:
  TemporaryFolder folder_;
};

TEST_F(HostHealthFiles, SayWhatTheKernelSays) {
  write("/proc/meminfo", "MemTotal: 16 kB\nSwapTotal:  2097152 kB\nSwapFree:   1048576 kB\n");
  write("/proc/sys/vm/overcommit_memory", "2\n");
  write("/proc/self/limits",
        "Max cpu time  unlimited\nMax open files            1024                 4096\n");
  write("/proc/self/fd/0", "");
  write("/proc/self/fd/1", "");
  const HostHealth health = host_health(root());
  EXPECT_EQ(health.swap_total, 2_GiB);
  EXPECT_EQ(health.swap_free, 1_GiB);
  EXPECT_EQ(health.refuses_overcommit, true);
  EXPECT_EQ(health.descriptors_open, 2u);
  EXPECT_EQ(health.descriptors_most, 1024u);
  EXPECT_FALSE(health.own_limit.known);
}

TEST_F(HostHealthFiles, KnowNothingWhereThereIsNothingToRead) {
  const HostHealth health = host_health(root());
  EXPECT_FALSE(health.swap_total);
  EXPECT_FALSE(health.swap_free);
  EXPECT_FALSE(health.refuses_overcommit);
  EXPECT_FALSE(health.descriptors_open);
  EXPECT_FALSE(health.descriptors_most);
  EXPECT_FALSE(health.own_limit.known);
  const ProcessHealth process = process_health(7, root());
  EXPECT_FALSE(process.locked);
  EXPECT_FALSE(process.huge);
  EXPECT_FALSE(process.swapped);
  EXPECT_FALSE(process.limit.known);
}

TEST_F(HostHealthFiles, FindTheSmallestLimitOnTheWayToTheRoot) {
  write("/proc/7/cgroup", "0::/machine.slice/web.scope\n");
  write("/sys/fs/cgroup/machine.slice/memory.max", "1073741824\n");
  write("/sys/fs/cgroup/machine.slice/web.scope/memory.max", "max\n");
  const CgroupLimit limit = process_health(7, root()).limit;
  EXPECT_TRUE(limit.known);
  EXPECT_EQ(limit.limit, 1_GiB);
  EXPECT_EQ(limit.cgroup, "/machine.slice");
}

TEST_F(HostHealthFiles, ReadCgroupsOfVersionOneToo) {
  write("/proc/7/cgroup", "12:cpu:/a\n5:memory:/vms\n0::/\n");
  write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  write("/sys/fs/cgroup/memory/vms/memory.limit_in_bytes", "536870912\n");
  const CgroupLimit limit = process_health(7, root()).limit;
  EXPECT_EQ(limit.limit, 512_MiB);
  EXPECT_EQ(limit.cgroup, "/vms");
}

TEST_F(HostHealthFiles, DoNotLeaveTheHierarchy) {
  write("/proc/7/cgroup", "0::/../../etc\n");
  write("/sys/fs/cgroup/memory.max", "1\n");
  EXPECT_FALSE(process_health(7, root()).limit.known);
}

TEST_F(HostHealthFiles, TellLockedFromHugeAndFromSwapped) {
  write("/proc/7/status",
        "Name:\tqemu\nVmLck:\t 1024 kB\nVmPin:\t 4096 kB\nVmSwap:\t 64 kB\nHugetlbPages:\t 2048 kB\n");
  const ProcessHealth process = process_health(7, root());
  EXPECT_EQ(process.locked, 4_MiB);
  EXPECT_EQ(process.swapped, 64_KiB);
  EXPECT_EQ(process.huge, 2_MiB);
}

TEST(HostHealthOfThisHost, IsReadable) {
  const HostHealth health = host_health();
  EXPECT_TRUE(health.swap_total);
  EXPECT_GT(health.descriptors_open.value(), 2u);
  EXPECT_GT(health.descriptors_most.value(), *health.descriptors_open);
  EXPECT_TRUE(process_health(::getpid()).swapped);
}

}  // namespace
}  // namespace aerostat
