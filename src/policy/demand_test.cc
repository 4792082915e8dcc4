#include "policy/demand.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using std::chrono::milliseconds;
constexpr TimePoint kStart{std::chrono::hours(1)};
constexpr Bytes kLimit = Bytes::mib(4096);

GuestSample sample(Bytes total, Bytes available) {
  GuestSample s;
  s.total = total;
  s.available = available;
  return s;
}

struct Step {
  DemandState state;
  std::optional<Demand> demand;
};

Step next(const Step& before, const GuestSample& s, TimePoint at, Bytes assigned, Bytes limit) {
  Step step = before;
  step.demand = estimate(step.state, s, at, assigned, limit);
  return step;
}

Step first(const GuestSample& s, TimePoint at, Bytes assigned, Bytes limit) {
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
  const auto offline = first(sample(1_GiB, 600_MiB), kStart, 2_GiB, kLimit);
  EXPECT_LT(offline.demand->demand, 500_MiB) << "memory not yet online is not demand";
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
  Step step;
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
  Step step;
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
  GuestSample s = sample(1_GiB, 600_MiB);
  s.swap_total = 1_GiB;
  s.swap_free = 800_MiB;
  s.swap_in_pages = 0;
  auto step = first(s, kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB);
  s.swap_in_pages = 5000;
  step = next(step, s, kStart + milliseconds(1000), 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 648_MiB);
  EXPECT_TRUE(step.demand->paging);
}

TEST(Demand, TakesWhatWentOutAndDidNotComeBackForSwapWhereNothingElseIsSaid) {
  GuestSample s = sample(1_GiB, 600_MiB);
  s.swap_out_pages = 60'000;
  s.swap_in_pages = 3'800;
  auto step = first(s, kStart, 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 424_MiB) << "not missed";
  s.swap_out_pages = 65'200;
  s.swap_in_pages = 14'000;
  step = next(step, s, kStart + milliseconds(1000), 1_GiB, kLimit);
  EXPECT_EQ(step.demand->demand, 624_MiB) << "51,200 pages";
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
    if (*rc::gen::arbitrary<bool>()) s.active_file = any();  // else balloon statistics
    s.swap_total = any();
    s.swap_free = any();
    s.refault_file = *rc::gen::arbitrary<std::uint64_t>();
    s.swap_in_pages = *rc::gen::arbitrary<std::uint64_t>();
    s.psi_some_us = *rc::gen::arbitrary<std::uint64_t>();
    at += milliseconds(*rc::gen::inRange(0, 2000));
    const auto demand = estimate(state, s, at, 1_GiB, kLimit);
    RC_ASSERT(demand->demand >= Bytes{});
    RC_ASSERT(demand->demand <= kLimit);
  }
}

}  // namespace
}  // namespace aerostat
