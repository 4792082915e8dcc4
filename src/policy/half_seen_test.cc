#include "policy/half_seen.h"

#include <gtest/gtest.h>

#include "policy/test_start.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

struct Kernel {
  Uncounted uncounted;
  TimePoint now = kStart;

  Bytes after(Duration time, Bytes seen, bool at_rest = true) {
    now += time;
    return settle(uncounted, seen, 1_GiB, at_rest, now);
  }
};

TEST(HalfSeen, WhatTheKernelTookIsWhatStoodStill) {
  Kernel k;
  EXPECT_EQ(k.after(0ms, 40_MiB), 40_MiB) << "the first is believed";
  EXPECT_EQ(k.after(100ms, 104_MiB), 40_MiB) << "given, and not yet in the total";
  EXPECT_EQ(k.after(15ms, -24_MiB), 40_MiB) << "in the total, and not yet seen to be given";
  EXPECT_EQ(k.after(20ms, 38_MiB), 40_MiB);
  EXPECT_EQ(k.after(kUncountedStands - 1ms, 38_MiB), 40_MiB);
  EXPECT_EQ(k.after(1ms, 38_MiB), 38_MiB);
}

TEST(HalfSeen, MoreIsBelievedWhenItStoodForLong) {
  Kernel k;
  k.after(0ms, 40_MiB);
  k.after(100ms, 424_MiB);
  EXPECT_EQ(k.after(kUnseenStands - 1ms, 424_MiB), 40_MiB) << "a block that is still being added";
  EXPECT_EQ(k.after(1ms, 424_MiB), 424_MiB) << "a block that stays offline";
}

TEST(HalfSeen, NothingIsLearnedWhileMemoryMoves) {
  Kernel k;
  EXPECT_EQ(k.after(0ms, 400_MiB, false), kLeastUncounted + Bytes::mib(1024).scaled(kUncountedShare));
  EXPECT_EQ(k.after(0ms, 400_MiB), 400_MiB);
  for (const Bytes seen : {300_MiB, 500_MiB}) {
    k.after(0ms, seen, false);
    EXPECT_EQ(k.after(kUnseenStands, seen, false), 400_MiB);
  }
}

TEST(HalfSeen, WhatTheKernelTookIsNotFollowedWhileItMoves) {
  Kernel k;
  k.after(0ms, 40_MiB);
  for (int i = 1; i < 100; ++i) EXPECT_EQ(k.after(100ms, 40_MiB + Bytes::mib(i % 2)), 40_MiB);
}

struct Looks {
  HalfSeen doubt;
  TimePoint now = kStart;

  bool doubts(Duration time, const Rise& rise) {
    now += time;
    return is_half_seen(doubt, rise, now);
  }
};

TEST(HalfSeen, ABlockOnItsWayOutExplainsARiseByOneBlock) {
  EXPECT_TRUE(Looks{}.doubts(0ms, {900_MiB, 1028_MiB, {}, true}));
  EXPECT_FALSE(Looks{}.doubts(0ms, {900_MiB, 1029_MiB, {}, true}));
  EXPECT_FALSE(Looks{}.doubts(0ms, {900_MiB, 1028_MiB, {}, false}));
  EXPECT_FALSE(Looks{}.doubts(0ms, {900_MiB, 900_MiB, {}, true}));
}

TEST(HalfSeen, MemoryThatJustCameExplainsARiseByMostOfIt) {
  EXPECT_TRUE(Looks{}.doubts(0ms, {350_MiB, 414_MiB, 64_MiB}));
  EXPECT_TRUE(Looks{}.doubts(0ms, {350_MiB, 390_MiB, 64_MiB}));
  EXPECT_FALSE(Looks{}.doubts(0ms, {350_MiB, 382_MiB, 64_MiB})) << "that much a guest may have taken";
  EXPECT_FALSE(Looks{}.doubts(0ms, {350_MiB, 415_MiB, 64_MiB})) << "more than came";
  EXPECT_FALSE(Looks{}.doubts(0ms, {350_MiB, 414_MiB, {}}));
}

TEST(HalfSeen, WhatStaysIsBelieved) {
  Looks looks;
  const Rise rise{900_MiB, 1000_MiB, {}, true};
  EXPECT_TRUE(looks.doubts(0ms, rise));
  EXPECT_TRUE(looks.doubts(kHalfSeenFor - 1ms, rise));
  EXPECT_FALSE(looks.doubts(1ms, rise));
  EXPECT_FALSE(looks.doubts(1ms, {1000_MiB, 1000_MiB, {}, true}));
  EXPECT_TRUE(looks.doubts(1ms, rise)) << "another";
}

TEST(HalfSeen, EachBlockThatGoesExplainsItAnew) {
  Looks looks;
  EXPECT_TRUE(looks.doubts(0ms, {900_MiB, 1020_MiB, {}, true}));
  EXPECT_TRUE(looks.doubts(100ms, {900_MiB, 1020_MiB, {}, true, true}));
  EXPECT_TRUE(looks.doubts(100ms, {900_MiB, 1020_MiB, {}, true, true}));
  EXPECT_FALSE(looks.doubts(100ms, {900_MiB, 1020_MiB, {}, true}));
}

TEST(HalfSeen, ButNotForLong) {
  Looks looks;
  int doubted = 0;
  while (looks.doubts(50ms, {900_MiB, 1020_MiB, {}, true, true})) ++doubted;
  EXPECT_EQ(doubted, kHalfSeenMost / 50ms);
}

}  // namespace
}  // namespace aerostat
