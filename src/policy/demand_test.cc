#include "policy/demand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "policy/test_start.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using std::chrono::milliseconds;
constexpr Bytes kLimit = Bytes::mib(4096);

GuestSample sample(Bytes total, Bytes available) {
  GuestSample s;
  s.total = total;
  s.available = available;
  return s;
}

struct DemandStep {
  DemandState state;
  std::optional<Demand> demand;
};

DemandStep next(const DemandStep& before, const GuestSample& s, TimePoint at, Bytes assigned, Bytes limit,
                bool at_rest = true) {
  DemandStep step = before;
  const Source source = s.active_file ? Source::LinuxService : Source::BalloonStats;
  step.demand = estimate(step.state, s, at, {assigned, limit, at_rest}, source);
  return step;
}

DemandStep first(const GuestSample& s, TimePoint at, Bytes assigned, Bytes limit) {
  return next({}, s, at, assigned, limit);
}

TEST(Demand, IsWhatIsNotAvailable) {
  const auto step = first(sample(1_GiB, 600_MiB), kStart, 1_GiB, kLimit);
  ASSERT_TRUE(step.demand);
  EXPECT_EQ(step.demand->demand, 424_MiB);
  EXPECT_FALSE(step.demand->saturated);
}

TEST(Demand, CountsWhatTheKernelTookBeforeItCounted) {
  const auto step = first(sample(1000_MiB, 600_MiB), kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB);
  const auto offline = next({}, sample(1_GiB, 600_MiB), kStart, 2_GiB, kLimit, false);
  EXPECT_LT(offline.demand->demand, 500_MiB) << "memory on its way is not demand";
}

// 64 MiB of bounce buffers, a crash kernel, mem=: a quarter of it, and more.
TEST(Demand, CountsAllThatTheGuestNeverSees) {
  const auto step = first(sample(500_MiB, 400_MiB), kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 624_MiB);
  EXPECT_EQ(step.demand->unseen, 524_MiB);
}

TEST(Demand, CountsMemoryThatStaysOfflineOnceNothingMoves) {
  auto step = first(sample(1000_MiB, 600_MiB), kStart, 1_GiB, kLimit);
  TimePoint at = kStart;
  const auto look = [&](Duration after, bool at_rest) {
    at += after;
    step = next(step, sample(1000_MiB, 600_MiB), at, 1536_MiB, kLimit, at_rest);
    return step.demand->demand;
  };
  EXPECT_EQ(look(milliseconds(100), false), 424_MiB);
  EXPECT_EQ(look(std::chrono::seconds(60), false), 424_MiB) << "it is still on its way";
  look(milliseconds(100), true);
  EXPECT_EQ(look(kUnseenStands - milliseconds(1), true), 424_MiB) << "its kernel may still be adding it";
  EXPECT_EQ(look(milliseconds(1), true), 936_MiB);
  step = next(step, sample(1512_MiB, 1112_MiB), at + milliseconds(100), 1536_MiB, kLimit);
  step = next(step, sample(1512_MiB, 1112_MiB), at + milliseconds(300), 1536_MiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB) << "it came online after all";
}

// vm.overcommit_memory=2: 300 MiB can still go before programs are refused memory, though 600 are available.
TEST(Demand, CountsWhatIsPromisedWhereNoMoreIsPromisedThanThereIs) {
  GuestSample s = sample(1_GiB, 600_MiB);
  s.commit_room = 300_MiB;
  const auto step = first(s, kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 724_MiB + kCommitSlack);
  EXPECT_EQ(step.demand->available, 300_MiB);
  s.commit_room = 2_MiB;
  EXPECT_TRUE(first(s, kStart, 1_GiB, kLimit).demand->saturated);
}

TEST(Demand, DoesNotMoveWithMemoryOnItsWay) {
  auto step = first(sample(1000_MiB, 600_MiB), kStart, 1_GiB, kLimit);
  step = next(step, sample(1000_MiB, 600_MiB), kStart + milliseconds(20), 1088_MiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB) << "given, and not yet in the total";
  step = next(step, sample(1064_MiB, 664_MiB), kStart + milliseconds(40), 1024_MiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB) << "in the total, and not yet seen to be given";
}

TEST(Demand, LeavesOutWhatIsSetApart) {
  GuestSample s = sample(1_GiB, 480_MiB);
  s.apart = 120_MiB;
  EXPECT_EQ(first(s, kStart, 1_GiB, kLimit).demand->demand, 424_MiB);
  s.apart = 2_GiB;
  EXPECT_EQ(first(s, kStart, 1_GiB, kLimit).demand->demand, 0_MiB) << "no more than is not available";
  s = sample(1_GiB, 4_MiB);
  s.apart = 120_MiB;
  EXPECT_TRUE(first(s, kStart, 1_GiB, kLimit).demand->saturated) << "nobody can use it";
}

TEST(Demand, IsUnknownNotZeroWhenTheGuestSaysTooLittle) {
  GuestSample s;
  s.free = 5_MiB;
  EXPECT_FALSE(first(s, kStart, 1_GiB, kLimit).demand);
}

// A guest with 300 MiB of active cache, told again each second.
struct Cached {
  Bytes assigned = 1_GiB;
  GuestSample s = sample(1_GiB, 600_MiB);
  DemandStep step;
  TimePoint now = kStart;

  Cached() {
    s.active_file = 300_MiB;
    s.refault_file = 1000;
    step = first(s, now, 1_GiB, kLimit);
  }
  void run(int seconds) {
    for (int i = 0; i < seconds; ++i) tell();
  }
  void tell() {
    now += milliseconds(1000);
    step = next(step, s, now, assigned, kLimit);
  }
  // It has so much now; what is not cache stays as it was.
  void have(Bytes amount) {
    const Bytes change = amount - assigned;
    assigned = amount;
    s.total = *s.total + change;
    s.available = *s.available + change;
    s.active_file = std::min(*s.active_file, *s.available);
    tell();
  }
  void miss() {
    *s.refault_file += 2000;
    tell();
  }
  Bytes cache() const { return step.demand->demand - step.demand->used; }
};

TEST(Demand, TakesActiveCacheForNeededUntilItIsNotMissed) {
  Cached guest;
  EXPECT_EQ(guest.cache(), 300_MiB);
  guest.run(59);
  EXPECT_EQ(guest.cache(), 300_MiB) << "not doubted yet";
  guest.run(61);
  EXPECT_NEAR(guest.cache().to_mib(), 150, 5) << "half of it is taken, to see";
  guest.run(600);
  EXPECT_EQ(guest.cache(), kLeastCache) << "nobody missed it; the code of programs is in there";
}

TEST(Demand, LeavesCacheAloneThatWasMissedAndForLongerEachTime) {
  Cached guest;
  guest.run(120);
  guest.miss();
  EXPECT_GE(guest.cache(), 300_MiB);
  EXPECT_TRUE(guest.step.demand->distress);
  guest.run(55);
  EXPECT_EQ(guest.cache(), 300_MiB);
  guest.run(60);
  EXPECT_LT(guest.cache(), 200_MiB) << "doubted again";
  guest.miss();
  guest.run(115);
  EXPECT_EQ(guest.cache(), 300_MiB) << "twice as long";
}

// 424 MiB in use and 300 MiB of cache, in 1 GiB.
TEST(Demand, KeepsAccountOfCacheThatWasTakenAndNotMissed) {
  Cached guest;
  const auto cold = [&] { return guest.step.demand->cold_cache; };
  EXPECT_EQ(guest.step.demand->filled, 724_MiB);
  guest.have(800_MiB);
  EXPECT_EQ(cold(), 0_MiB) << "it was free";
  guest.have(684_MiB);
  EXPECT_NEAR(cold().to_mib(), 40, 1);
  guest.s.active_file = 100_MiB;
  guest.tell();
  EXPECT_NEAR(cold().to_mib(), 40, 2) << "what it drops itself was not taken";
  guest.have(700_MiB);
  EXPECT_NEAR(cold().to_mib(), 24, 2) << "some was given back";
  guest.miss();
  EXPECT_EQ(cold(), 0_MiB);
}

TEST(Demand, ForgetsWhatWasTakenLongAgo) {
  Cached guest;
  guest.have(624_MiB);
  ASSERT_NEAR(guest.step.demand->cold_cache.to_mib(), 100, 2);
  guest.run(600);
  EXPECT_LT(guest.step.demand->cold_cache, 1_MiB);
}

TEST(Demand, DoesNotDoubtNewCacheForWhatOldCacheDid) {
  Cached guest;
  guest.run(660);
  guest.s.active_file = 500_MiB;
  guest.tell();
  EXPECT_NEAR(guest.cache().to_mib(), 200, 3);
}

// A guest without the service: 100 MiB in use, no cache, and 70 MiB free that its kernel reserves.
struct Plain {
  Bytes free_without_cache = 1376_MiB;
  GuestSample s = sample(1476_MiB, 1306_MiB);
  DemandStep step;
  TimePoint now = kStart;

  Plain() {
    s.free = free_without_cache;
    s.inactive_file = 4_MiB;
    tell();
  }
  void tell() {
    now += milliseconds(200);
    step = next(step, s, now, 1476_MiB, kLimit);
  }
  void run(int seconds) {
    for (int i = 0; i < 5 * seconds; ++i) tell();
  }
  // The page cache changes; of it the kernel calls 58 MiB not available.
  void cache(Bytes to) {
    s.inactive_file = to + 4_MiB;
    s.free = free_without_cache - to;
    s.available = *s.free - 70_MiB + to - std::min(to.scaled(0.5), Bytes::mib(70).scaled(kLowMarkShare));
    tell();
  }
  Bytes counted() const { return step.demand->demand - step.demand->used; }
};

TEST(Demand, CountsAShareOfCacheOfWhichNobodyTellsWhetherItIsUsed) {
  Plain guest;
  EXPECT_EQ(guest.step.demand->demand, 170_MiB);
  guest.cache(300_MiB);
  EXPECT_NEAR(guest.step.demand->used.to_mib(), 170, 0.1);
  EXPECT_NEAR(guest.counted().to_mib(), 300 * kUnknownCache, 0.1);
  guest.run(59);
  EXPECT_NEAR(guest.counted().to_mib(), 300 * kUnknownCache, 0.1) << "not doubted yet";
  guest.run(600);
  EXPECT_EQ(guest.counted(), kLeastCache) << "what never ends would hold memory for ever";
}

TEST(Demand, IsNotRaisedBeyondWhatTheGuestHasByCacheAlone) {
  Plain guest;
  guest.free_without_cache = 976_MiB;
  guest.cache(900_MiB);
  EXPECT_EQ(guest.step.demand->demand, Bytes::mib(1476).scaled(kUnknownCacheRoom));
}

TEST(Demand, TakesCacheThatWentForWantOfMemoryAndIsReadAgainForMissed) {
  Plain guest;
  guest.cache(300_MiB);
  guest.run(300);
  const Bytes idle = guest.counted();
  guest.s.total = 500_MiB;  // what was free, and most of the cache, was taken
  guest.s.free = 20_MiB;
  guest.s.inactive_file = 104_MiB;
  guest.s.available = 0_MiB;
  guest.tell();
  EXPECT_LE(guest.counted(), idle);
  EXPECT_FALSE(guest.step.demand->distress);
  guest.s.total = 1476_MiB;
  guest.s.free = 1076_MiB;
  guest.cache(300_MiB);
  EXPECT_GE(guest.counted(), 299_MiB);
  guest.run(59);
  EXPECT_GE(guest.counted(), 299_MiB) << "not doubted again so soon";
}

TEST(Demand, TakesCacheThatWasDeletedAndWrittenAnewForNew) {
  Plain guest;
  guest.cache(300_MiB);
  guest.run(600);
  guest.cache(0_MiB);
  guest.cache(300_MiB);
  EXPECT_NEAR(guest.counted().to_mib(), 300 * kUnknownCache, 0.1);
}

TEST(Demand, CountsSwapAsFarAsItIsMissed) {
  GuestSample s = sample(1_GiB, 200_MiB);
  s.swap_total = 1_GiB;
  s.swap_free = 800_MiB;
  s.swap_in_pages = 0;
  auto step = first(s, kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 824_MiB);
  s.swap_in_pages = 5000;
  step = next(step, s, kStart + milliseconds(1000), 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 1048_MiB);
  EXPECT_TRUE(step.demand->paging);
}

TEST(Demand, TakesWhatWentOutAndDidNotComeBackForSwapWhereNothingElseIsSaid) {
  GuestSample s = sample(1_GiB, 200_MiB);
  s.swap_out_pages = 60'000;
  s.swap_in_pages = 3'800;
  auto step = first(s, kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 824_MiB) << "not missed";
  s.swap_out_pages = 65'200;
  s.swap_in_pages = 14'000;
  step = next(step, s, kStart + milliseconds(1000), 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 1024_MiB) << "51,200 pages";
}

TEST(Demand, SeesAGuestThatHasNothingLeft) {
  EXPECT_TRUE(first(sample(1_GiB, 5_MiB), kStart, 1_GiB, kLimit).demand->saturated);
  EXPECT_FALSE(first(sample(1_GiB, 40_MiB), kStart, 1_GiB, kLimit).demand->saturated);
}

TEST(Demand, SeesAKernelRunShortWithPlentyAvailable) {
  GuestSample s = sample(2_GiB, 1500_MiB);
  s.normal_free = 20_MiB;
  s.normal_file = 5_MiB;
  EXPECT_TRUE(first(s, kStart, 2_GiB, kLimit).demand->kernel_short);
  s.available = 60_MiB;
  EXPECT_FALSE(first(s, kStart, 2_GiB, kLimit).demand->kernel_short) << "an ordinary shortage";
  s.available = 1500_MiB;
  s.normal_file = 200_MiB;
  EXPECT_FALSE(first(s, kStart, 2_GiB, kLimit).demand->kernel_short);
}

// A guest that pages, reads again what it dropped and stalls; its kernel `takes` so many pages back, and so
// much is free and available.
Demand driven(std::optional<std::uint64_t> takes, Bytes free, Bytes available) {
  GuestSample s = sample(1_GiB, available);
  s.free = free;
  s.active_file = 100_MiB;
  s.swap_total = 1_GiB;
  s.swap_free = 500_MiB;
  s.swap_in_pages = s.swap_out_pages = s.refault_file = s.psi_some_us = 0;
  if (takes) s.reclaimed_pages = 0;
  const auto before = first(s, kStart, 1_GiB, kLimit);
  s.swap_in_pages = s.swap_out_pages = s.refault_file = 5000;
  s.psi_some_us = 500'000;
  if (takes) s.reclaimed_pages = *takes;
  return *next(before, s, kStart + milliseconds(1000), 1_GiB, kLimit).demand;
}

TEST(Demand, IsNotWhatAContainerLacksWithinItsOwnLimit) {
  const Demand whole = driven(8000, 10_MiB, 100_MiB);
  EXPECT_TRUE(whole.distress && whole.paging);
  EXPECT_GT(whole.demand, 1300_MiB);
  for (const Demand& limited : {driven(0, 10_MiB, 100_MiB),                 // nothing is taken elsewhere
                                driven(std::nullopt, 300_MiB, 350_MiB)}) {  // nothing needs to be
    EXPECT_FALSE(limited.distress || limited.paging);
    EXPECT_LT(limited.demand, 1100_MiB) << "what it uses and its cache";
  }
  EXPECT_FALSE(driven(std::nullopt, 10_MiB, 400_MiB).paging) << "cache goes before programs are paged out";
  EXPECT_TRUE(driven(std::nullopt, 300_MiB, 20_MiB).distress) << "free, and kept by the kernel for itself";
}

TEST(Demand, CountsKillsOfTheWholeGuestOnly) {
  const auto killed = [](std::optional<std::uint64_t> in_limits, Bytes available) {
    GuestSample s = sample(1_GiB, available);
    s.oom_kills = 3;
    if (in_limits) s.oom_kills_in_limits = 0;
    const auto before = first(s, kStart, 1_GiB, kLimit);
    s.oom_kills = 5;
    s.oom_kills_in_limits = in_limits;
    return next(before, s, kStart + milliseconds(1000), 1_GiB, kLimit).demand->killed;
  };
  EXPECT_EQ(killed(0, 600_MiB), 2);
  EXPECT_EQ(killed(2, 600_MiB), 0);
  EXPECT_EQ(killed(std::nullopt, 600_MiB), 0) << "nobody tells, and plenty was left";
  EXPECT_EQ(killed(std::nullopt, 10_MiB), 2);
}

TEST(Demand, SurvivesARebootThatResetsTheCounters) {
  GuestSample s = sample(1_GiB, 600_MiB);
  s.swap_in_pages = 1'000'000;
  auto step = first(s, kStart, 1_GiB, kLimit);
  s.swap_in_pages = 3;
  step = next(step, s, kStart + milliseconds(1000), 1_GiB, kLimit);
  EXPECT_FALSE(step.demand->paging);
}

RC_GTEST_PROP(DemandProperty, NeverExceedsWhatTheVmCanHaveWhateverTheGuestSays, ()) {
  DemandState state;
  TimePoint at = kStart;
  const auto any = [] { return Bytes::of(*rc::gen::arbitrary<std::int64_t>() / 4); };
  for (int i = 0; i < 10; ++i) {
    GuestSample s = sample(any(), any());
    s.free = any();
    s.inactive_file = any();
    s.minor_faults = *rc::gen::arbitrary<std::uint64_t>();
    if (*rc::gen::arbitrary<bool>()) s.active_file = any();
    s.swap_total = any();
    s.swap_free = any();
    s.refault_file = *rc::gen::arbitrary<std::uint64_t>();
    s.swap_in_pages = *rc::gen::arbitrary<std::uint64_t>();
    s.psi_some_us = *rc::gen::arbitrary<std::uint64_t>();
    at += milliseconds(*rc::gen::inRange(0, 2000));
    s.commit_room = any();
    s.reclaimed_pages = *rc::gen::arbitrary<std::uint64_t>();
    s.oom_kills = *rc::gen::arbitrary<std::uint64_t>();
    const Source source = *rc::gen::element(Source::LinuxService, Source::OtherService, Source::BalloonStats);
    const auto demand = estimate(state, s, at, {1_GiB, kLimit, *rc::gen::arbitrary<bool>()}, source);
    RC_ASSERT(demand->demand >= Bytes{});
    RC_ASSERT(demand->demand <= kLimit);
  }
}

// A service that does not tell active from inactive cache says what is available, and means it.
TEST(Demand, ReadsAServiceOfAnotherSystemNotAsBalloonStatistics) {
  GuestSample s = sample(1_GiB, 600_MiB);
  s.free = 100_MiB;
  s.inactive_file = 500_MiB;
  const auto read_as = [&](Source source) {
    DemandState state;
    return estimate(state, s, kStart, {1_GiB, kLimit, true}, source)->demand;
  };
  EXPECT_EQ(read_as(Source::OtherService), 424_MiB);
  EXPECT_GT(read_as(Source::BalloonStats), 424_MiB) << "some of the cache may be needed";
}

}  // namespace
}  // namespace aerostat
