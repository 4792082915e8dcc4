// On what kernels of every age said of guests whose memory is known: tests/harness/fixture_trees.py booted
// and recorded them. `free` is what sysinfo() said, which no code here reads.
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "agent/linux/row_source.h"
#include "agent/linux/sampler.h"

namespace aerostat::agent {
namespace {

constexpr std::int64_t kMiB = 1024;

struct Recorded {
  explicit Recorded(const std::string& name)
      : root(std::string(AGENT_FIXTURES) + "/" + name), sampler(root), reading(sampler.levels()) {
    sampler.complete(reading);
    std::ifstream in(root + "/free");
    std::string word;
    while (in >> word) {
      if (word == "Mem:") in >> total >> used >> free;
      if (word == "Swap:") in >> swap_total >> used >> swap_free;
    }
  }
  // What holds for each of them. Some pages come and go between two files.
  void holds(std::int64_t booted_kib) {
    EXPECT_GT(total, 0);
    EXPECT_EQ(reading.total_kib, total);
    EXPECT_EQ(reading.swap_total_kib, swap_total);
    EXPECT_EQ(reading.swap_free_kib, swap_free);
    ASSERT_TRUE(reading.free_kib && reading.avail_kib && reading.normal_free_kib);
    EXPECT_NEAR(static_cast<double>(*reading.free_kib), static_cast<double>(free), kMiB);
    EXPECT_NEAR(static_cast<double>(*reading.avail_kib), static_cast<double>(*reading.free_kib),
                static_cast<double>(total) / 10)
        << "hardly anything runs";
    EXPECT_LE(*reading.normal_free_kib, *reading.free_kib + kMiB);
    EXPECT_FALSE(reading.apart_kib);
    EXPECT_FALSE(reading.commit_room_kib) << "nobody enforces it";
    for (const Number& none :
         {reading.pswpin, reading.pswpout, reading.refault_file, reading.refault_anon, reading.oom_kill})
      EXPECT_EQ(none, 0) << "counted, and none";
    const Zones zones = sampler.zones();
    // All but the holes below 1 MiB.
    const std::int64_t present = zones.kernel_present_kib + zones.movable_present_kib;
    EXPECT_LE(present, booted_kib);
    EXPECT_GE(present, booted_kib - kMiB);
  }

  std::string root;
  Sampler sampler;
  Reading reading;
  std::int64_t total = 0, used = 0, free = 0, swap_total = 0, swap_free = 0;
};

class Kernels : public ::testing::TestWithParam<const char*> {};

TEST_P(Kernels, TellTheTruthAboutAGuestOf384MiBWithSwapInCompressedMemory) {
  Recorded guest(GetParam());
  guest.holds(384 * kMiB);
  EXPECT_EQ(guest.reading.swap_total_kib, 64 * kMiB - 4) << "the first page has its description";
  EXPECT_TRUE(guest.reading.psi_some_us && guest.reading.psi_full_us);
  const Zones zones = guest.sampler.zones();
  EXPECT_EQ(zones.movable_present_kib, 0) << "nothing was added yet";
}

INSTANTIATE_TEST_SUITE_P(OfEveryAge, Kernels, ::testing::Values("linux-5.10", "linux-6.1", "linux-6.12"));

TEST(KernelFiles, WithoutPsiNothingIsSaidOfIt) {
  Recorded guest("without-psi");
  guest.holds(384 * kMiB);
  EXPECT_FALSE(guest.reading.psi_some_us) << "missing, not zero";
  EXPECT_FALSE(guest.reading.psi_full_us);
  EXPECT_EQ(guest.reading.swap_total_kib, 0) << "none, and known";
}

TEST(KernelFiles, HugePagesThatWereSetAsideAreNotAvailable) {
  Recorded guest("hugetlb"), without("without-psi");
  const std::int64_t set_aside = std::int64_t{64} * 2 * kMiB;
  EXPECT_EQ(guest.reading.total_kib, without.reading.total_kib) << "they are the guest's memory";
  EXPECT_NEAR(static_cast<double>(*without.reading.avail_kib - *guest.reading.avail_kib),
              static_cast<double>(set_aside), 5 * kMiB);
}

// A kernel of 32 bits reaches the first 896 MiB only for its own data.
TEST(KernelFiles, OfThirtyTwoBitsHaveMemoryThatTheyCannotUseForThemselves) {
  Recorded guest("32-bit");
  guest.holds(1536 * kMiB);
  std::ifstream in(guest.root + "/proc/meminfo");
  std::int64_t low_free = 0;
  for (std::string word; in >> word;)
    if (word == "LowFree:") in >> low_free;
  ASSERT_GT(low_free, 0);
  EXPECT_NEAR(static_cast<double>(*guest.reading.normal_free_kib), static_cast<double>(low_free), kMiB);
  const Zones zones = guest.sampler.zones();
  EXPECT_LE(zones.kernel_present_kib, 896 * kMiB);
  EXPECT_GT(zones.movable_present_kib, 600 * kMiB);
}

TEST(KernelFiles, WithCgroupsOfVersionOneTellWhatAGroupHolds) {
  Recorded guest("cgroup-v1");
  guest.holds(384 * kMiB);
  // 20 MiB in a file in memory.
  CgroupRows rows(guest.root + "/group/held");
  ASSERT_TRUE(rows.usable());
  const recording::Row row = rows.look();
  EXPECT_EQ(row.shmem, 20 * kMiB);
  ASSERT_TRUE(row.used);
  EXPECT_NEAR(static_cast<double>(*row.used), 20 * kMiB, kMiB) << "and what its kernel needs for them";
  EXPECT_FALSE(row.total) << "it has no limit";
}

}  // namespace
}  // namespace aerostat::agent
