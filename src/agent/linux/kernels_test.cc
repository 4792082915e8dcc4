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
  void holds(std::int64_t booted_kib, std::int64_t ballooned_kib = 0, std::int64_t out_pages = 0) {
    EXPECT_GT(total, 0);
    EXPECT_EQ(reading.total_kib, total - ballooned_kib);
    EXPECT_EQ(reading.swap_total_kib, swap_total);
    EXPECT_EQ(reading.swap_free_kib, swap_free);
    ASSERT_TRUE(reading.free_kib && reading.avail_kib && reading.normal_free_kib);
    EXPECT_NEAR(static_cast<double>(*reading.free_kib), static_cast<double>(free), kMiB);
    EXPECT_NEAR(
        static_cast<double>(*reading.avail_kib),
        static_cast<double>(*reading.free_kib + *reading.active_file_kib + *reading.inactive_file_kib),
        static_cast<double>(total) / 10)
        << "hardly anything runs";
    EXPECT_LE(*reading.normal_free_kib, *reading.free_kib + kMiB);
    EXPECT_FALSE(reading.apart_kib);
    EXPECT_FALSE(reading.commit_room_kib) << "nobody enforces it";
    EXPECT_EQ(reading.pswpout, out_pages);
    for (const Number& none : {reading.pswpin, reading.refault_file, reading.refault_anon, reading.oom_kill})
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

// 24 MiB went out. Hardly any of it reached the device, and the kernel counts only that as swapped out.
TEST(KernelFiles, PagesThatZswapKeepsWentToSwap) {
  Recorded guest("zswap");
  const std::int64_t out_kib = 24 * kMiB;
  guest.holds(384 * kMiB, 0, out_kib / 4);
  EXPECT_EQ(*guest.reading.swap_total_kib - *guest.reading.swap_free_kib, out_kib);
  EXPECT_LT(*guest.reading.pswpout - *guest.reading.zswpout, out_kib / 4 / 10);
}

struct Read {
  const char* guest;
  bool told;  // what was read often is told from what was read once
};
class CacheOfKernels : public ::testing::TestWithParam<Read> {};

// Of 96 MiB the first half was read three times.
TEST_P(CacheOfKernels, IsAllAvailableAndActiveOnlyWherePagesAreNotAgedByGenerations) {
  Recorded guest(GetParam().guest);
  guest.holds(384 * kMiB);
  const auto cache = [](const Number& kib) { return static_cast<double>(kib.value_or(0)); };
  EXPECT_NEAR(cache(guest.reading.active_file_kib), GetParam().told ? 48 * kMiB : 0, kMiB);
  EXPECT_NEAR(cache(guest.reading.active_file_kib) + cache(guest.reading.inactive_file_kib), 96 * kMiB, kMiB);
  std::ifstream in(guest.root + "/sys/kernel/mm/lru_gen/enabled");
  std::string generations;
  in >> generations;
  EXPECT_EQ(generations == "0x0000", GetParam().told);
}

INSTANTIATE_TEST_SUITE_P(OfEveryAge, CacheOfKernels,
                         ::testing::Values(Read{"cache-6.1", true}, Read{"cache-6.12", false},
                                           Read{"cache-6.12-lru-gen-off", true}));

TEST(KernelFiles, WhatTheBalloonHoldsIsNoMemoryOfTheGuestWhateverItsKernelSays) {
  const std::int64_t held = 128 * kMiB;
  Recorded guest("balloon"), other("deflate-on-oom");
  guest.holds(384 * kMiB);
  other.holds(384 * kMiB, held);
  EXPECT_EQ(other.total - guest.total, held) << "one kernel takes it off its total, the other does not";
  EXPECT_EQ(guest.reading.total_kib, other.reading.total_kib);
  const auto used = [](const Reading& r) { return static_cast<double>(*r.total_kib - *r.avail_kib); };
  EXPECT_NEAR(used(guest.reading), used(other.reading), 2 * kMiB);
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
