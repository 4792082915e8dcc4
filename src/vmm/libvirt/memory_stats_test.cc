#include "vmm/libvirt/memory_stats.h"

#include <gtest/gtest.h>
#include <libvirt/libvirt.h>

namespace aerostat {
namespace {

using namespace literals;

TEST(MemoryStats, AreASample) {
  const BalloonWord word = balloon_word({{VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON, 393216},
                                         {VIR_DOMAIN_MEMORY_STAT_AVAILABLE, 271068},
                                         {VIR_DOMAIN_MEMORY_STAT_USABLE, 237584},
                                         {VIR_DOMAIN_MEMORY_STAT_UNUSED, 235324},
                                         {VIR_DOMAIN_MEMORY_STAT_DISK_CACHES, 6932},
                                         {VIR_DOMAIN_MEMORY_STAT_SWAP_IN, 8},
                                         {VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT, 3},
                                         {VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE, 1795863329},
                                         {VIR_DOMAIN_MEMORY_STAT_RSS, 330248},
                                         {4711, 1}});
  EXPECT_EQ(word.actual, 384_MiB);
  EXPECT_EQ(word.sample.total, Bytes::kib(271068));
  EXPECT_EQ(word.sample.available, Bytes::kib(237584));
  EXPECT_EQ(word.sample.free, Bytes::kib(235324));
  EXPECT_EQ(word.sample.inactive_file, Bytes::kib(6932));
  EXPECT_EQ(word.sample.swap_in_pages, 2u);
  EXPECT_FALSE(word.sample.swap_out_pages);
  EXPECT_EQ(word.sample.major_faults, 3u);
  EXPECT_EQ(word.updated, 1795863329u);
}

TEST(MemoryStats, ThatCannotBeAreMissing) {
  const BalloonWord word = balloon_word({{VIR_DOMAIN_MEMORY_STAT_AVAILABLE, ~0ULL}});
  EXPECT_FALSE(word.sample.total);
  EXPECT_FALSE(word.actual);
}

}  // namespace
}  // namespace aerostat
