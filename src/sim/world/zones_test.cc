// Zones against what a guest of 384 MiB showed.
#include "sim/world/zones.h"

#include <gtest/gtest.h>

namespace aerostat::sim {
namespace {

constexpr Physics kPhysics{.memmap_mib = 2, .reserve_mib = 1, .zones = true, .kernel_keeps_mib = 30};

TEST(Zones, WhatProgramsTookBeforeMemoryWasPluggedStaysWhereItIs) {
  Zones zones(384, kPhysics);
  zones.follow(384, 350);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 34);
  zones.follow(640, 500);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 34 - 4) << "the rest went to movable memory; two blocks cost 4 MiB";
  zones.follow(640, 400);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 34 - 4) << "what was taken last is freed first";
  zones.follow(640, 300);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 84 - 4);
}

TEST(Zones, APluggedBlockIsTheKernelsWhenThatIsShort) {
  Zones zones(384, kPhysics);
  zones.follow(384, 376);
  zones.follow(512, 376);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 8 + 128 - 2);
}

TEST(Zones, MovableMemoryIsThreeTimesTheKernelsAtMost) {
  Zones zones(256, kPhysics);
  zones.follow(256, 200);
  zones.follow(256 + 9 * 128, 200);  // 6 blocks are movable, then one is not
  EXPECT_GE(zones.kernel_free(), 56 + 128 - 18);
}

TEST(Zones, UnpluggedMemoryMovesWhatWasInIt) {
  Zones zones(384, kPhysics);
  zones.follow(384, 200);
  zones.follow(640, 400);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 180);
  zones.follow(512, 400);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 110);
}

TEST(Zones, PartsOfBlocksCountAsWhatTheyAre) {
  Zones by_parts(384, kPhysics);
  Zones at_once(384, kPhysics);
  for (const double assigned : {384.0, 384.0 + 40, 384.0 + 200, 384.0 + 70, 384.0 + 130})
    by_parts.follow(assigned, 200);
  for (const double assigned : {384.0, 384.0 + 130}) at_once.follow(assigned, 200);
  for (const double used : {200.0, 300.0, 500.0}) {
    by_parts.follow(384 + 130, used);
    at_once.follow(384 + 130, used);
    EXPECT_DOUBLE_EQ(by_parts.kernel_free(), at_once.kernel_free()) << used;
  }
  by_parts.follow(384, 200);
  EXPECT_DOUBLE_EQ(by_parts.kernel_free(), 184);
}

TEST(Zones, TheLastBlockStaysWhereTheDevicesAreSmaller) {
  Physics physics = kPhysics;
  physics.block_mib = 2;
  Zones zones(384, physics);
  zones.follow(384, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184) << "none is added for that";
  zones.follow(640, 200);
  zones.follow(384, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184 - 4 - 2) << "the balloon has as much";
  zones.follow(300, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 100 - 4 - 2);
  zones.follow(512, 200);
  EXPECT_DOUBLE_EQ(zones.memmap(), 2) << "what comes back goes into it";
}

TEST(Zones, AFirstBlockIsAddedWhereTheDevicesAreSmaller) {
  Physics physics = kPhysics;
  physics.block_mib = 2;
  Zones zones(384, physics);
  zones.follow(384, 200);
  zones.open();
  zones.open();
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184 - 4 - 2);
  EXPECT_DOUBLE_EQ(zones.plugged(0), 4);
  zones.follow(512, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 182) << "what comes goes into it";
  Zones coarse(384, kPhysics);
  coarse.open();
  EXPECT_DOUBLE_EQ(coarse.memmap(), 0);
}

TEST(Zones, TheNextBlockIsAddedWhereLittleRoomIsLeft) {
  Physics physics = kPhysics;
  physics.block_mib = 2;
  Zones zones(384, physics);
  zones.follow(384, 200);
  zones.follow(480, 200);
  zones.open();
  EXPECT_DOUBLE_EQ(zones.plugged(96), 96) << "32 MiB are enough";
  zones.follow(490, 200);
  zones.open();
  zones.open();
  EXPECT_DOUBLE_EQ(zones.plugged(106), 132);
  EXPECT_DOUBLE_EQ(zones.plugged(64), 64);
  EXPECT_DOUBLE_EQ(zones.memmap(), 4);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184 - 26 - 4) << "the balloon has it";
  zones.follow(600, 200);
  EXPECT_DOUBLE_EQ(zones.memmap(), 4) << "what comes goes into it";
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 180);
  zones.follow(512, 200);
  EXPECT_DOUBLE_EQ(zones.plugged(128), 132);
  zones.follow(480, 200);
  EXPECT_DOUBLE_EQ(zones.memmap(), 2);
}

// Sums that were rounded must not leave less than nothing behind.
TEST(Zones, AreEmptyWhenAllIsUnplugged) {
  constexpr double kSpeck = 0x1p-43;
  Zones zones(384, kPhysics);
  for (const double assigned : {384.0, 384 + kSpeck, 1424.0, 384 + kSpeck, 384.0})
    zones.follow(assigned, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184);
}

TEST(Zones, TheKernelsBlockIsTakenLast) {
  Zones zones(384, kPhysics);
  zones.follow(384, 200);
  zones.follow(512, 200);  // movable
  zones.follow(512, 508);
  zones.follow(640, 508);  // the kernel's
  zones.follow(640, 200);
  const double both = zones.kernel_free();
  zones.follow(512, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), both + 2) << "only what the movable block cost came back";
  zones.follow(384, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 184);
}

TEST(Zones, ABalloonTakesKernelMemory) {
  Zones zones(384, kPhysics);
  zones.follow(384, 200);
  zones.follow(300, 200);
  EXPECT_DOUBLE_EQ(zones.kernel_free(), 100);
}

}  // namespace
}  // namespace aerostat::sim
