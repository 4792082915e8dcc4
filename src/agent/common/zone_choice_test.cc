#include "agent/common/zone_choice.h"

#include <gtest/gtest.h>

#include "agent/common/test_units.h"

namespace aerostat::agent {
namespace {

constexpr std::int64_t kBlock = 128 * kMiB;

// Grows from `boot_mib` block by block; how much of `to_mib` became kernel memory.
std::int64_t kernel_mib_after(std::int64_t boot_mib, std::int64_t to_mib) {
  std::int64_t kernel = boot_mib * kMiB, movable = 0;
  while (kernel + movable < to_mib * kMiB) {
    (choose_zone(kernel, movable, kBlock) == ZoneChoice::Movable ? movable : kernel) += kBlock;
  }
  return kernel / kMiB;
}

TEST(ZoneChoice, PrefersMovableMemoryBecauseItCanBeGivenBack) {
  EXPECT_EQ(choose_zone(384 * kMiB, 0, kBlock), ZoneChoice::Movable);
  EXPECT_EQ(kernel_mib_after(2048, 8192), 2048);
}

TEST(ZoneChoice, KeepsAQuarterOfASmallGuestGrownLargeForTheKernel) {
  EXPECT_EQ(kernel_mib_after(384, 1536), 384);  // three times: just within
  EXPECT_EQ(kernel_mib_after(384, 2048), 512);
  EXPECT_GE(kernel_mib_after(384, 65536), 65536 / 4 - 128);
}

TEST(KernelIsShort, WhenItCouldNotEvenHotAddTheGuestsSizeOnceMore) {
  EXPECT_TRUE(kernel_is_short(384 * kMiB, 15 * kMiB));
  EXPECT_FALSE(kernel_is_short(384 * kMiB, 17 * kMiB));
  EXPECT_TRUE(kernel_is_short(2048 * kMiB, 31 * kMiB));
  EXPECT_FALSE(kernel_is_short(2048 * kMiB, 33 * kMiB));
}

TEST(ZoneChoice, DoesNotTrustSizesThatCannotBe) {
  EXPECT_EQ(choose_zone(0, 0, kBlock), ZoneChoice::Kernel);
  EXPECT_EQ(choose_zone(384 * kMiB, -1, kBlock), ZoneChoice::Kernel);
  EXPECT_EQ(choose_zone(384 * kMiB, 0, 0), ZoneChoice::Kernel);
  EXPECT_EQ(choose_zone(INT64_MAX / 400, 0, kBlock), ZoneChoice::Movable);
}

}  // namespace
}  // namespace aerostat::agent
