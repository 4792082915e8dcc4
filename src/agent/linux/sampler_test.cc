// On the files of real guests: fixtures/<kernel>/proc, taken from a Debian guest as they were.
#include "agent/linux/sampler.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>

#include "agent/linux/test_tree.h"

namespace aerostat::agent {
namespace {

std::string fixture(const std::string& name) { return std::string(AGENT_FIXTURES) + "/" + name; }

TEST(Sampler, ReadsADebianGuestThatGrewFrom384MiBTo2GiB) {
  Sampler sampler(fixture("debian12-grown"));
  ASSERT_TRUE(sampler.usable());
  Reading reading = sampler.levels();
  sampler.complete(reading);
  // Each number stands in the fixture; there is none that this kernel does not give.
  EXPECT_GT(reading.ns, 0);
  for (const Number& number :
       {reading.total_kib, reading.avail_kib, reading.free_kib, reading.active_file_kib,
        reading.inactive_file_kib, reading.swap_total_kib, reading.swap_free_kib, reading.committed_kib,
        reading.normal_free_kib, reading.normal_file_kib, reading.pswpin, reading.pswpout, reading.pgmajfault,
        reading.refault_file, reading.refault_anon, reading.oom_kill, reading.psi_some_us,
        reading.psi_full_us}) {
    EXPECT_TRUE(number);
  }
  EXPECT_LT(*reading.normal_free_kib, *reading.free_kib);
  const Zones zones = sampler.zones();
  EXPECT_TRUE(zones.known);
  EXPECT_GT(zones.movable_present_kib, 2 * zones.kernel_present_kib);
}

TEST(Sampler, GlancesAtTheRealSystemOnly) {
  const Glance glance = Sampler("").glance();
  const Reading look = Sampler("").levels();
  EXPECT_EQ(glance.total_kib, look.total_kib);
  ASSERT_TRUE(glance.free_kib && glance.swap_free_kib);
  EXPECT_NEAR(static_cast<double>(*glance.free_kib), static_cast<double>(*look.free_kib),
              static_cast<double>(*look.total_kib) / 10);
  EXPECT_FALSE(Sampler(fixture("debian12-grown")).glance().free_kib);
}

TEST(Sampler, CountsWhatProcessorsKeepForThemselvesAsAvailable) {
  Sampler sampler(fixture("debian12-grown"));
  Reading reading = sampler.levels();
  EXPECT_EQ(reading.avail_kib, 1346648);  // MemAvailable
  sampler.complete(reading);
  EXPECT_EQ(reading.avail_kib, 1346648 + (0 + 125 + 17 + 29) * 4) << "pagesets of zoneinfo";
}

TEST(Sampler, CountsAllPageCacheAsAvailable) {
  TestTree tree;
  tree.write("/proc/meminfo",
             "MemTotal: 1000000 kB\nMemAvailable: 800000 kB\n"
             "Active(file): 40000 kB\nInactive(file): 20000 kB\n");
  const std::string zone = "Node 0, zone Normal\n        low      ";
  const auto available = [&](const std::string& low) {
    tree.write("/proc/zoneinfo", zone + low + "\n");
    Sampler sampler(tree.root());
    Reading reading = sampler.levels();
    sampler.complete(reading);
    return reading.avail_kib;
  };
  const std::int64_t page_kib = 4;
  EXPECT_EQ(available("100"), 800000 + 100 * page_kib);
  EXPECT_EQ(available("100000"), 800000 + 30000) << "half of the cache, the kernel's rule";
}

// A block that goes: 30 pieces of 4 MiB of it are free, and MemFree has them no more.
TEST(Sampler, FindsFreePagesThatAreSetApart) {
  TestTree tree;
  tree.write("/proc/buddyinfo",
             "Node 0, zone   Normal 250 0 0 0 0 0 0 0 0 0 0\n"
             "Node 0, zone  Movable 0 0 0 0 0 0 0 0 0 0 30\n");
  const auto apart = [&](const std::string& free_kib, const std::string& free_pages) {
    tree.write("/proc/meminfo",
               "MemTotal: 1000000 kB\nMemFree: " + free_kib + " kB\nMemAvailable: 800000 kB\n");
    tree.write("/proc/vmstat", "nr_free_pages " + free_pages + "\n");
    const Reading reading = Sampler(tree.root()).levels();
    EXPECT_EQ(reading.avail_kib, 800000);
    return reading.apart_kib;
  };
  const Number none;
  EXPECT_EQ(apart("1000", "250"), 30 * 4096);
  EXPECT_EQ(apart("123880", "250"), none) << "all of it is counted";
  EXPECT_EQ(apart("1000", "30970"), none) << "it was freed between two files";
  EXPECT_EQ(apart("121833", "250"), none) << "less than a piece of 2 MiB";
  EXPECT_EQ(apart("130000", "250"), none) << "processors keep some for themselves";
}

// Each GiB that comes lets programs be promised half of it.
TEST(Sampler, TellsWhatStrictOvercommitLeaves) {
  TestTree tree;
  tree.write(
      "/proc/meminfo",
      "MemTotal: 1000000 kB\nMemAvailable: 800000 kB\nCommitLimit: 500000 kB\nCommitted_AS: 450000 kB\n");
  tree.write("/proc/sys/vm/overcommit_ratio", "50\n");
  const auto room = [&](const std::string& mode) {
    tree.write("/proc/sys/vm/overcommit_memory", mode);
    return Sampler(tree.root()).levels().commit_room_kib;
  };
  EXPECT_EQ(room("2\n"), 100000);
  EXPECT_EQ(Sampler(tree.root()).levels().commit_limit_kib, 500000);
  EXPECT_EQ(room("0\n"), Number{}) << "a heuristic, not a limit";
  EXPECT_FALSE(Sampler(tree.root()).levels().commit_limit_kib) << "nothing follows from it";
  tree.write("/proc/sys/vm/overcommit_ratio", "0\n");
  EXPECT_EQ(room("2\n"), Number{}) << "a limit that does not follow what the guest has";
  tree.write("/proc/sys/vm/overcommit_ratio", "50\n");
  tree.write(
      "/proc/meminfo",
      "MemTotal: 1000000 kB\nMemAvailable: 800000 kB\nCommitLimit: 500000 kB\nCommitted_AS: 600000 kB\n");
  EXPECT_EQ(room("2\n"), 0) << "promised before it was made strict";
}

TEST(Sampler, CountsTheCacheOfZfsAndOfTheKernelAsWhatCanBeFreed) {
  TestTree tree;
  tree.write("/proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 100000 kB\nSReclaimable: 30000 kB\n");
  tree.write("/proc/zoneinfo", "Node 0, zone Normal\n  nr_zone_active_file 100\n");
  const auto read = [&] {
    Sampler sampler(tree.root());
    Reading reading = sampler.levels();
    sampler.complete(reading);
    return reading;
  };
  EXPECT_EQ(read().avail_kib, 100000);
  EXPECT_EQ(read().normal_file_kib, 400 + 30000);
  tree.write("/proc/spl/kstat/zfs/arcstats",
             "9 1 0x01 123\nname type data\nc_min 4 1048576\nc_max 4 999\nsize 4 205848576\n");
  EXPECT_EQ(read().avail_kib, 300000);
  EXPECT_EQ(read().normal_file_kib, 400 + 230000);
  tree.write("/proc/spl/kstat/zfs/arcstats", "c_min 4 205848576\nsize 4 1048576\n");
  EXPECT_EQ(read().avail_kib, 100000) << "it keeps its minimum";
  EXPECT_EQ(read().normal_file_kib, 400 + 30000);
}

// The host would refuse all of such a report.
TEST(Sampler, NeverCountsMoreAsAvailableThanThereIs) {
  TestTree tree;
  tree.write("/proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 900000 kB\nActive(file): 80000 kB\n");
  tree.write("/proc/zoneinfo", "Node 0, zone Normal\n  low 100\n  count: 500\n");
  tree.write("/proc/spl/kstat/zfs/arcstats", "c_min 4 1048576\nsize 4 205848576\n");
  Sampler sampler(tree.root());
  Reading reading = sampler.levels();
  EXPECT_EQ(reading.avail_kib, 1000000);
  sampler.complete(reading);
  EXPECT_EQ(reading.avail_kib, 1000000);
}

TEST(Sampler, TellsKillsAtLimits) {
  TestTree tree;
  tree.write("/proc/meminfo", "MemTotal: 1000000 kB\n");
  tree.write("/dev/kmsg", "3,9,1,-;Memory cgroup out of memory: Killed process 301 (job) total-vm:1kB\n");
  Sampler sampler(tree.root());
  Reading reading = sampler.levels();
  sampler.complete(reading);
  EXPECT_EQ(reading.oom_kill_limit, 1);
}

// Memory can be promised, and so run out, while all of it stays free.
TEST(Sampler, DoesNotGlanceWhereTheKernelPromisesNoMoreThanItHas) {
  TestTree tree;
  tree.write("/overcommit", "2\n");
  constexpr int kUnavailable = 77;
  const pid_t child = ::fork();
  if (child == 0) {
    if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        ::mount((tree.root() + "/overcommit").c_str(), "/proc/sys/vm/overcommit_memory", nullptr, MS_BIND,
                nullptr) != 0)
      ::_exit(kUnavailable);
    Sampler sampler("");
    sampler.levels();
    ::_exit(sampler.glance().free_kib ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WEXITSTATUS(status) == kUnavailable) GTEST_SKIP() << "this user may not mount";
  EXPECT_EQ(status, 0);
}

TEST(Sampler, AsksABalloonThatWasEmptyWhetherItDeflatesByItself) {
  TestTree tree;
  tree.write("/proc/meminfo", "MemTotal: 1000000 kB\nMemAvailable: 500000 kB\n");
  tree.write("/proc/vmstat", "balloon_inflate 0\nballoon_deflate 0\n");
  Sampler sampler(tree.root());
  const auto total = [&](const std::string& counters, const std::string& features) {
    tree.write("/proc/vmstat", counters);
    tree.write("/sys/bus/virtio/drivers/virtio_balloon/virtio3/features", features + "\n");
    return sampler.levels().total_kib;
  };
  EXPECT_EQ(total("balloon_inflate 30\nballoon_deflate 5\n", "0110"), 1000000 - 25 * 4);
  EXPECT_EQ(total("balloon_inflate 30\nballoon_deflate 5\n", "0100"), 1000000 - 25 * 4) << "as before";
  EXPECT_EQ(total("balloon_inflate 30\nballoon_deflate 30\n", "0100"), 1000000);
  EXPECT_EQ(total("balloon_inflate 40\nballoon_deflate 30\n", "0100"), 1000000) << "another driver";
  EXPECT_EQ(total("balloon_inflate 500000\nballoon_deflate 0\n", "0100"), 1000000);
  Sampler other(tree.root());
  tree.write("/sys/bus/virtio/drivers/virtio_balloon/virtio3/features", "0110\n");
  EXPECT_EQ(other.levels().total_kib, 500000) << "not more than it has";
}

TEST(Sampler, LeavesOutWhatAnOldOrSmallKernelDoesNotGive) {
  Sampler sampler(fixture("linux-3.10"));
  Reading reading = sampler.levels();
  sampler.complete(reading);
  EXPECT_TRUE(reading.total_kib);
  EXPECT_FALSE(reading.avail_kib);  // since Linux 3.14
  EXPECT_FALSE(reading.psi_some_us);
  EXPECT_FALSE(reading.oom_kill);
}

TEST(Sampler, SaysThatThereIsNothingToRead) {
  Sampler sampler("/nowhere");
  EXPECT_FALSE(sampler.usable());
  const Reading reading = sampler.levels();
  EXPECT_FALSE(reading.total_kib);
}

}  // namespace
}  // namespace aerostat::agent
