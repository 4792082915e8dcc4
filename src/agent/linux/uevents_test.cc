#include "agent/linux/uevents.h"

#include <gtest/gtest.h>

#include "agent/linux/onliner.h"

namespace aerostat::agent {
namespace {

TEST(Uevents, KnowsMemoryThatWasAddedOrCameOnline) {
  EXPECT_EQ(parse_uevent("add@/devices/system/memory/memory37").kind, Uevents::Kind::Added);
  EXPECT_EQ(parse_uevent("add@/devices/system/memory/memory37").block, "memory37");
  EXPECT_EQ(parse_uevent("online@/devices/system/memory/memory37").kind, Uevents::Kind::Online);
}

TEST(Uevents, PassesOverEverythingElse) {
  for (const auto* header : {"", "@", "remove@/devices/system/memory/memory37",
                             "add@/devices/system/cpu/cpu1", "libudev", "/devices/system/memory/memory37"}) {
    EXPECT_EQ(parse_uevent(header).kind, Uevents::Kind::None) << header;
  }
}

TEST(BlockNumber, IsOnlyThatOfABlock) {
  EXPECT_EQ(block_number("memory37"), 37);
  for (const auto* name : {"memory", "memory-1", "memory3x", "memory99999999999", "probe", ""}) {
    EXPECT_EQ(block_number(name), -1) << name;
  }
}

}  // namespace
}  // namespace aerostat::agent
