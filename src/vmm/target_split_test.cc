#include "vmm/target_split.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace aerostat {
namespace {

using namespace literals;

SplitInput vm(Bytes balloon_actual, Bytes plugged) {
  return {.base = 1_GiB,
          .unmanaged = {},
          .has_balloon = true,
          .balloon_actual = balloon_actual,
          .balloon_counted = balloon_actual,
          .has_plug = true,
          .plug_block = 2_MiB,
          .plug_maximum = 2_GiB,
          .plugged = plugged,
          .plug_requested = plugged,
          .unplug_stuck = false,
          .balloon_stuck = false,
          .trade_stuck = false,
          .opens = false};
}

TEST(SplitTarget, GrowsByDeflatingFirstThenByWholeBlocks) {
  EXPECT_EQ(split_target(800_MiB, vm(512_MiB, 0_MiB)), (Split{800_MiB, 0_MiB}));
  EXPECT_EQ(split_target(1537_MiB, vm(512_MiB, 0_MiB)), (Split{1_GiB, 512_MiB}));
}

TEST(SplitTarget, ShrinksByUnpluggingFirst) {
  EXPECT_EQ(split_target(1200_MiB, vm(1_GiB, 512_MiB)), (Split{1_GiB, 176_MiB}));
}

TEST(SplitTarget, InflatesForWhatLiesBelowTheBase) {
  EXPECT_EQ(split_target(512_MiB, vm(1_GiB, 0_MiB)), (Split{512_MiB, 0_MiB}));
}

TEST(SplitTarget, LeavesALittlePluggedForWhichTheBalloonMakesUp) {
  EXPECT_EQ(split_target(1_GiB, vm(1_GiB, 512_MiB)), (Split{1020_MiB, 4_MiB}));
  EXPECT_EQ(split_target(512_MiB, vm(1_GiB, 512_MiB)), (Split{508_MiB, 4_MiB}));
  EXPECT_EQ(split_target(1_GiB, vm(508_MiB, 4_MiB)), (Split{1020_MiB, 4_MiB}));
  EXPECT_EQ(split_target(1_GiB, vm(1_GiB, 0_MiB)), (Split{1_GiB, 0_MiB})) << "none is plugged for that";
  EXPECT_EQ(split_target(64_MiB, vm(1_GiB, 512_MiB)), (Split{64_MiB, 0_MiB})) << "the balloon takes no more";
  SplitInput asked = vm(1_GiB, 0_MiB);
  asked.plug_requested = 512_MiB;
  EXPECT_EQ(split_target(1_GiB, asked), (Split{1_GiB, 0_MiB})) << "nothing came of what was asked for";
  SplitInput bare = vm(1_GiB, 512_MiB);
  bare.has_balloon = false;
  EXPECT_EQ(split_target(1_GiB, bare), (Split{1_GiB, 0_MiB}));
  SplitInput coarse = vm(1_GiB, 512_MiB);
  coarse.plug_block = 8_MiB;
  EXPECT_EQ(split_target(1_GiB, coarse), (Split{1_GiB, 0_MiB})) << "as much again for the balloon to take";
}

TEST(SplitTarget, LeavesNothingForABalloonWithoutADriver) {
  SplitInput stuck = vm(1_GiB, 4_MiB);
  stuck.balloon_stuck = true;
  EXPECT_EQ(split_target(1_GiB, stuck), (Split{1_GiB, 0_MiB}));
  stuck.balloon_actual = 1000_MiB;
  EXPECT_EQ(split_target(900_MiB, stuck), (Split{896_MiB, 4_MiB})) << "it took something: it is slow";
}

TEST(SplitTarget, PlugsALittleForWhatTheBalloonTook) {
  SplitInput idle = vm(1_GiB, 0_MiB);
  idle.opens = true;
  EXPECT_EQ(split_target(1_GiB, idle), (Split{1020_MiB, 0_MiB})) << "the balloon takes first";
  EXPECT_EQ(split_target(512_MiB, idle), (Split{508_MiB, 0_MiB}));
  idle.balloon_actual = idle.balloon_counted = 506_MiB;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{512_MiB, 0_MiB})) << "it is to have more: it has other work";
  idle.balloon_actual = idle.balloon_counted = 509_MiB;
  idle.plug_requested = 4_MiB;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{508_MiB, 4_MiB})) << "asked for already";
  idle.balloon_actual = 508_MiB;
  idle.balloon_counted = 512_MiB;
  idle.plug_requested = 0_MiB;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{508_MiB, 0_MiB})) << "what was asked before may still count";
  idle.balloon_counted = 508_MiB;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{508_MiB, 4_MiB}));
  idle.plug_requested = 4_MiB;
  idle.trade_stuck = true;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{508_MiB, 0_MiB})) << "nothing comes of it";
  idle.plug_requested = 0_MiB;
  EXPECT_EQ(split_target(512_MiB, idle), (Split{512_MiB, 0_MiB}));
}

TEST(SplitTarget, OpensTheNextBlockWhereLittleRoomIsLeftInTheLast) {
  SplitInput full = vm(1_GiB, 256_MiB);
  EXPECT_EQ(split_target(1280_MiB, full), (Split{1_GiB, 256_MiB})) << "none is opened for that";
  full.opens = true;
  EXPECT_EQ(split_target(1280_MiB, full), (Split{1020_MiB, 256_MiB})) << "the balloon takes first";
  full.balloon_actual = full.balloon_counted = 1020_MiB;
  EXPECT_EQ(split_target(1280_MiB, full), (Split{1020_MiB, 260_MiB}));
  full.trade_stuck = true;
  EXPECT_EQ(split_target(1280_MiB, full), (Split{1_GiB, 256_MiB})) << "nothing comes of it";
  SplitInput nearly = vm(1_GiB, 226_MiB);
  nearly.opens = true;
  EXPECT_EQ(split_target(1250_MiB, nearly), (Split{990_MiB, 226_MiB}));
  nearly.balloon_actual = nearly.balloon_counted = 1_GiB - 34_MiB;
  EXPECT_EQ(split_target(1250_MiB, nearly), (Split{990_MiB, 260_MiB}));
  nearly.plug_maximum = 256_MiB;
  EXPECT_EQ(split_target(1250_MiB, nearly), (Split{1_GiB, 226_MiB})) << "it may never have that block";
  SplitInput roomy = vm(1_GiB, 224_MiB);
  roomy.opens = true;
  EXPECT_EQ(split_target(1248_MiB, roomy), (Split{1_GiB, 224_MiB})) << "32 MiB are room enough";
}

TEST(SplitTarget, KeepsABlockOpenThatIsThere) {
  EXPECT_EQ(split_target(1260_MiB, vm(1_GiB, 300_MiB)), (Split{1000_MiB, 260_MiB}));
  EXPECT_EQ(split_target(1248_MiB, vm(1_GiB, 300_MiB)), (Split{1_GiB, 224_MiB})) << "not where there is room";
  EXPECT_EQ(split_target(1400_MiB, vm(1000_MiB, 260_MiB)), (Split{1_GiB, 376_MiB}));
  SplitInput slow = vm(1020_MiB, 300_MiB);
  slow.balloon_stuck = true;
  EXPECT_EQ(split_target(1260_MiB, slow), (Split{1020_MiB, 240_MiB}))
      << "not for a balloon that takes no more";
}

TEST(SplitTarget, InflatesForWhatAStuckUnplugHolds) {
  SplitInput stuck = vm(1_GiB, 512_MiB);
  stuck.plug_requested = 176_MiB;
  EXPECT_EQ(split_target(1200_MiB, stuck), (Split{1_GiB, 176_MiB}));
  stuck.unplug_stuck = true;
  EXPECT_EQ(split_target(1200_MiB, stuck), (Split{688_MiB, 176_MiB}));
  stuck.plugged = 400_MiB;  // some of it came back: so does the balloon
  EXPECT_EQ(split_target(1200_MiB, stuck), (Split{800_MiB, 176_MiB}));
}

TEST(SplitTarget, GrowingNeverUnplugs) {
  EXPECT_EQ(split_target(900_MiB, vm(512_MiB, 300_MiB)), (Split{600_MiB, 300_MiB}));
}

TEST(SplitTarget, GrowingEndsAnUnplugThatIsUnderWay) {
  SplitInput slow = vm(700_MiB, 184_MiB);
  slow.plug_requested = 0_MiB;
  slow.unplug_stuck = true;  // so the balloon stood in
  EXPECT_EQ(split_target(884_MiB, slow), (Split{700_MiB, 0_MiB})) << "it has as much";
  EXPECT_EQ(split_target(900_MiB, slow), (Split{716_MiB, 184_MiB}));
}

TEST(SplitTarget, StopsADeflationThatIsUnderWayWhereItIs) {
  EXPECT_EQ(split_target(512_MiB, vm(512_MiB, 0_MiB)), (Split{512_MiB, 0_MiB}));
}

TEST(ReachableTarget, IsCutToTheDevices) {
  EXPECT_EQ(reachable_target(100_GiB, vm(1_GiB, 0_MiB)), 3_GiB);
  EXPECT_EQ(reachable_target(0_MiB, vm(1_GiB, 0_MiB)), 64_MiB);
  EXPECT_EQ(reachable_target(-1_MiB, vm(1_GiB, 0_MiB)), 64_MiB);
  EXPECT_EQ(reachable_target(Bytes::of(600 * 1024 * 1024 + 5), vm(1_GiB, 0_MiB)), 600_MiB);
  EXPECT_EQ(reachable_target(1025_MiB, vm(1_GiB, 0_MiB)), 1_GiB);
  SplitInput bare = vm(1_GiB, 0_MiB);
  bare.has_balloon = bare.has_plug = false;
  EXPECT_EQ(reachable_target(2_GiB, bare), 1_GiB);
  EXPECT_EQ(reachable_target(64_MiB, bare), 1_GiB);
  EXPECT_EQ(balloon_floor(16_MiB), 16_MiB);
}

TEST(SplitTarget, LeavesWhatOtherDevicesHold) {
  SplitInput two = vm(2_GiB, 0_MiB);
  two.base = 2_GiB;
  two.unmanaged = 1_GiB;
  EXPECT_EQ(reachable_target(256_MiB, two), 1_GiB + 64_MiB);
  EXPECT_EQ(split_target(256_MiB, two).balloon, 1_GiB + 64_MiB);
  EXPECT_EQ(balloon_floor(1_GiB, 1_GiB), 1_GiB) << "all of it is theirs";
}

// Any state a VM can be seen in, also one left behind by somebody else.
SplitInput any_vm() {
  SplitInput out;
  const auto mib = [](int least, int most) { return Bytes::mib(*rc::gen::inRange(least, most + 1)); };
  out.base = mib(16, 4096);
  out.unmanaged = std::min(out.base, *rc::gen::element(Bytes{}, mib(1, 4096)));
  out.has_balloon = *rc::gen::arbitrary<bool>();
  out.balloon_actual =
      out.has_balloon ? std::min(out.base, Bytes::kib(*rc::gen::inRange(0, 4096 * 256) * 4)) : out.base;
  out.balloon_counted =
      std::max(out.balloon_actual, *rc::gen::element(out.balloon_actual, out.base, Bytes{}));
  out.has_plug = *rc::gen::arbitrary<bool>();
  if (!out.has_plug) return out;
  out.plug_block = Bytes::mib(*rc::gen::element(1, 2, 4, 128));
  out.plug_maximum = mib(0, 4096).round_down(out.plug_block);
  const int most = *rc::gen::element(0, 8, 264, 4096);
  out.plugged = std::min(mib(0, most).round_down(out.plug_block), out.plug_maximum);
  out.plug_requested = std::min(mib(0, most).round_down(out.plug_block), out.plug_maximum);
  out.unplug_stuck = *rc::gen::arbitrary<bool>();
  out.balloon_stuck = *rc::gen::arbitrary<bool>();
  out.trade_stuck = *rc::gen::arbitrary<bool>();
  out.opens = *rc::gen::arbitrary<bool>();
  return out;
}
Bytes any_target() { return Bytes::kib(*rc::gen::inRange(0, 10'000'000)); }
Bytes held(const SplitInput& v) { return v.balloon_counted + std::max(v.plugged, v.plug_requested); }

// Close to what it holds, devices trade with each other.
Bytes target_for(const SplitInput& v) {
  const bool close = *rc::gen::arbitrary<bool>();
  return reachable_target(close ? held(v) + Bytes::mib(*rc::gen::inRange(-8, 9)) : any_target(), v);
}

RC_GTEST_PROP(SplitTargetProperty, PromisesNoMoreThanTheTargetOrWhatIsHeld, ()) {
  const SplitInput v = any_vm();
  const Bytes target = target_for(v);
  const Split split = split_target(target, v);
  const Bytes after =
      std::max(split.balloon, v.balloon_counted) + std::max({split.plug, v.plugged, v.plug_requested});
  RC_ASSERT(after <= std::max(target, held(v)));
  if (target >= held(v)) RC_ASSERT(after <= target);
}

RC_GTEST_PROP(SplitTargetProperty, AsksOnlyWhatTheDevicesTake, ()) {
  const SplitInput v = any_vm();
  const Split split = split_target(any_target(), v);
  RC_ASSERT(split.plug >= Bytes());
  RC_ASSERT(split.plug <= v.plug_maximum);
  RC_ASSERT(split.plug.round_down(v.plug_block) == split.plug);
  RC_ASSERT(split.balloon <= v.base);
  RC_ASSERT(split.balloon.round_down(Bytes::kib(4)) == split.balloon);
  RC_ASSERT(split.balloon >= std::min(balloon_floor(v.base, v.unmanaged), v.balloon_actual));
}

RC_GTEST_PROP(SplitTargetProperty, AGuestThatObeysArrives, ()) {
  SplitInput v = any_vm();
  v.unplug_stuck = v.trade_stuck = false;
  const Bytes target = target_for(v);
  for (int i = 0; i < 4; ++i) {
    const Split split = split_target(target, v);
    v.plug_requested = split.plug;
    v.plugged = split.plug;
    v.balloon_actual = v.balloon_counted = split.balloon;
  }
  RC_ASSERT(v.balloon_actual + v.plugged == target);
  const Split again = split_target(target, v);
  RC_ASSERT(again == (Split{v.balloon_actual, v.plugged}));
}

RC_GTEST_PROP(SplitTargetProperty, GrowingTakesNothingAway, ()) {
  SplitInput v = any_vm();
  // A trade takes from the balloon first, and a request of which nothing comes is withdrawn.
  v.opens = v.trade_stuck = false;
  const Bytes target = target_for(v);
  RC_PRE(target >= held(v));
  const Split split = split_target(target, v);
  RC_ASSERT(split.balloon >= std::min(v.balloon_actual, v.base));
  RC_ASSERT(split.plug >= v.plug_requested);
  if (target > held(v)) RC_ASSERT(split.plug >= v.plugged);
}

RC_GTEST_PROP(SplitTargetProperty, AMoreGenerousTargetNeverMeansLess, ()) {
  const SplitInput v = any_vm();
  const Bytes a = any_target(), b = any_target();
  RC_ASSERT(reachable_target(std::min(a, b), v) <= reachable_target(std::max(a, b), v));
}

}  // namespace
}  // namespace aerostat
