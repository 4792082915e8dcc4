#include "policy/named_views.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "model/memory_block.h"
#include "policy/tuning.h"
#include "policy/wants.h"

namespace aerostat {
namespace {

using namespace literals;
using named::balance;
using named::Host;
using named::NamedWish;
using named::Vm;
using named::wish_of;
using ::testing::HasSubstr;

Vm vm(std::string name, Bytes assigned, Bytes demand, int weight = 5000) {
  Vm v;
  v.name = std::move(name);
  v.limits = {Mode::Dynamic, 384_MiB, 256_MiB, 2_GiB, 20, weight};
  v.assigned = v.committed = v.target = assigned;
  v.demand = demand;
  v.movable = true;
  return v;
}

// Its owner asked for no buffer: what was learned of it counts.
Vm learned(Bytes assigned, Bytes demand, Bytes headroom) {
  Vm v = vm("web", assigned, demand);
  v.limits.buffer_percent.reset();
  v.headroom = headroom;
  return v;
}

Host host(Bytes capacity, std::vector<Vm> vms) { return {capacity, std::move(vms)}; }

TEST(Balance, GivesWantedAtOnceWhenThereIsEnough) {
  const NamedWish wish = wish_of(balance(host(4_GiB, {vm("web", 512_MiB, 1000_MiB)})), "web");
  EXPECT_EQ(wish.to, 1200_MiB);  // demand and 20 %, in one step
  EXPECT_EQ(wish.rule, Rule::Grow);
}

TEST(Balance, LeavesAVmAloneWhileItsBufferLasts) {
  const NamedWish wish = wish_of(balance(host(4_GiB, {vm("web", 1200_MiB, 1020_MiB)})), "web");
  EXPECT_EQ(wish.rule, Rule::Hold);
  EXPECT_NE(reason(wish).find("most of its buffer is there"), std::string::npos);
}

TEST(Balance, SaysWhatAGuestThatLacksMemoryIsNotOffered) {
  Vm web = learned(1024_MiB, 1020_MiB, 20_MiB);
  web.offer = web.target;
  EXPECT_NE(reason(wish_of(balance(host(4_GiB, {web})), "web")).find("takes in nothing now"),
            std::string::npos);
  web.demand = 900_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").because, Because::Enough) << "it lacks nothing";
  web.limits.buffer_percent = 20;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").because, Because::NotTakenIn) << "its owner's buffer";
}

TEST(Balance, TakesNothingFromOthersForAGuestThatTakesNothingIn) {
  Vm sick = learned(1024_MiB, 1500_MiB, 20_MiB);
  sick.name = "sick";
  const std::vector<Vm> both = {sick, vm("well", 1536_MiB, 1200_MiB)};
  ASSERT_LT(wish_of(balance(host(2560_MiB, both)), "well").to, 1536_MiB) << "a guest that may take it in";
  sick.offer = sick.target + 16_MiB;
  const auto wishes = balance(host(2560_MiB + 16_MiB, {sick, both[1]}));
  EXPECT_EQ(wish_of(wishes, "well").to, 1536_MiB);
  EXPECT_EQ(wish_of(wishes, "sick").to, *sick.offer) << "and little is offered again";
}

TEST(Balance, GrowsWhenLearnedHeadroomIsUsedUp) {
  Vm web = learned(1024_MiB, 700_MiB, 300_MiB);
  web.growth = 400_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "it is there to the byte";
  web.headroom = 330_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1100_MiB);
}

TEST(Balance, GrowsARisingGuestEarlierByWhatItCannotBeGivenAtOnce) {
  Vm web = learned(1024_MiB, 980_MiB, 20_MiB);
  web.room_in_block = 0_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "its need does not rise";
  EXPECT_EQ(low_mark(web), 20_MiB);
  web.rising = true;
  const NamedWish wish = wish_of(balance(host(4_GiB, {web})), "web");
  EXPECT_EQ(wish.rule, Rule::Grow);
  EXPECT_THAT(reason(wish), HasSubstr("32 MiB to add a memory block in"));
  EXPECT_EQ(low_mark(web), 20_MiB + kRoomInBlock) << "and it says so itself";
  web.room_in_block = kRoomInBlock;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold);
  web.room_in_block.reset();
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "it never has to add a block";
}

TEST(Balance, GrowsAGuestForABlockWithTheLastThatIsFree) {
  Vm web = learned(384_MiB, 340_MiB, 15_MiB);
  web.growth = 20_MiB;
  web.rising = true;
  web.room_in_block = 0_MiB;
  EXPECT_EQ(low_line(web), 387_MiB);
  EXPECT_GE(wanted(web), low_line(web));
  EXPECT_GE(needed(web), low_line(web));
  EXPECT_EQ(wish_of(balance(host(444_MiB, {web})), "web").to, 444_MiB) << "less than a step is free";
  const auto wishes = balance(host(1908_MiB, {web, vm("db", 1_GiB, 1000_MiB), vm("idle", 500_MiB, 100_MiB)}));
  EXPECT_EQ(wish_of(wishes, "web").rule, Rule::Waiting) << "nothing is free, and nothing is taken from it";
  EXPECT_EQ(wish_of(wishes, "web").to, 384_MiB);
}

TEST(Balance, AVmThatLacksMemoryGivesTheLastThatAStartWaitsFor) {
  const auto cut = [](Bytes capacity) {
    return wish_of(balance(host(capacity, {vm("web", 1_GiB, 1000_MiB)})), "web");
  };
  EXPECT_EQ(cut(1_GiB).to, 1_GiB);
  EXPECT_EQ(cut(1020_MiB).to, 1020_MiB) << "4 MiB are owed";
}

TEST(Balance, MovesBetweenLevelsOfADeviceThatBeginWhereTheVmBooted) {
  Vm web = learned(1000_MiB, 960_MiB, 45_MiB);
  web.base = 1000_MiB;
  web.grain = 128_MiB;
  web.growth = 50_MiB;
  web.limits.minimum = 512_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1128_MiB);
  const NamedWish refused = wish_of(balance(host(1000_MiB, {web})), "web");
  EXPECT_EQ(refused.rule, Rule::Refused);
  EXPECT_EQ(refused.to, 1000_MiB);
  web.target = web.assigned = web.committed = 1010_MiB;
  web.demand = 970_MiB;
  EXPECT_EQ(wish_of(balance(host(1010_MiB, {web})), "web").to, 1010_MiB) << "somebody else moved its balloon";
  web.target = web.assigned = web.committed = 1128_MiB;
  web.demand = 700_MiB;
  web.rest = 860_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 872_MiB);
}

TEST(Balance, TellsTheGuestAMarkAboveTheCacheThatItNeeds) {
  Vm web = learned(1024_MiB, 900_MiB, 50_MiB);
  EXPECT_EQ(low_mark(web), 50_MiB);
  web.cache = 400_MiB;  // MemAvailable counts it, and yet it is needed
  EXPECT_EQ(low_mark(web), 450_MiB);
  web.limits.buffer_percent = 20;
  EXPECT_GE(low_mark(web), 450_MiB);
}

TEST(Balance, KeepsWhatAnOwnerAskedForAboveWhatWasLearned) {
  Vm web = vm("web", 1024_MiB, 900_MiB);
  web.headroom = 10_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1088_MiB)
      << "20 %, and at least a worthwhile step";
}

TEST(Balance, ReturnsWhatWasLearnedToBeIdle) {
  Vm web = vm("web", 2_GiB, 300_MiB);
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "nothing is known of it yet";
  web.rest = 700_MiB;
  const NamedWish wish = wish_of(balance(host(4_GiB, {web})), "web");
  EXPECT_EQ(wish.rule, Rule::ReturnIdle);
  EXPECT_EQ(wish.to, 700_MiB);
}

TEST(Balance, LeavesTheLastMiBOfWhatIsIdle) {
  Vm web = vm("web", 706_MiB, 300_MiB);
  web.limits.minimum = 256_MiB;
  web.rest = 700_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "6 MiB are not worth a change";
  web.rest = 698_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 698_MiB);
}

TEST(Balance, TakesTheLastMiBAboveTheMinimum) {
  Vm web = vm("web", 514_MiB, 100_MiB);
  web.limits.minimum = 512_MiB;
  web.rest = 200_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 512_MiB) << "its owner expects to see it there";
}

TEST(Balance, TakesALittleOfPageCacheAndAsMuchAgainAsNobodyMissed) {
  Vm web = vm("web", 2_GiB, 300_MiB);
  web.rest = 700_MiB;
  web.filled = 1900_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1900_MiB - kCacheStep)
      << "what is free, and a step";
  web.cold_cache = 256_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1900_MiB - 256_MiB);
  web.filled = 600_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 700_MiB) << "no cache is in the way";
}

TEST(Balance, WaitsForCacheThatLeavesBeforeItTakesMore) {
  Vm web = vm("web", 2_GiB, 300_MiB);
  web.rest = 700_MiB;
  web.filled = 1900_MiB;
  web.target = 1868_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold) << "it has 2 GiB still";
  web.assigned = web.target;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::ReturnIdle);
}

TEST(Balance, TakesCacheAtOnceForThoseWhoWaitForIt) {
  Vm idle = vm("idle", 2_GiB, 300_MiB);
  idle.filled = 2_GiB;
  const auto wishes = balance(host(3_GiB, {idle, vm("db", 1_GiB, 1000_MiB)}));
  EXPECT_EQ(wish_of(wishes, "idle").rule, Rule::Yield);
  EXPECT_LE(wish_of(wishes, "idle").to, 2_GiB - 176_MiB);
}

TEST(Balance, TakesAWholeBlockOfCacheOrNone) {
  Vm web = vm("web", 2_GiB, 300_MiB);
  web.rest = 700_MiB;
  web.filled = 2_GiB;
  web.grain = 128_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 2_GiB - 128_MiB);
}

TEST(Balance, ReturnsNothingBelowTheOwnersBufferTheMinimumOrALearnedFloor) {
  Vm web = vm("web", 2_GiB, 1000_MiB);
  web.rest = 300_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1200_MiB);
  web.demand = 20_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 300_MiB);
  web.limits.minimum = 512_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 512_MiB);
  web.learned_floor = 800_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 800_MiB);
}

TEST(Balance, DoesNotShrinkInDistressNorRightAfterGrowing) {
  Vm web = vm("web", 2_GiB, 300_MiB);
  web.rest = 500_MiB;
  web.distress = true;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold);
  web.distress = false;
  web.since_grow = kYieldAfterGrow / 2;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").rule, Rule::Hold);
}

TEST(Balance, TakesIdleMemoryForThoseWhoNeedItAtOnce) {
  const auto wishes = balance(host(3_GiB, {vm("idle", 2_GiB, 300_MiB), vm("db", 1_GiB, 1000_MiB)}));
  ASSERT_EQ(wishes.front().vm, "idle");  // shrinks come first
  EXPECT_EQ(wishes.front().rule, Rule::Yield);
  EXPECT_LE(wishes.front().to, 2_GiB - 176_MiB);
  const NamedWish db = wish_of(wishes, "db");
  EXPECT_EQ(db.to, 1_GiB);  // nothing is free until it was seen to come back
  EXPECT_EQ(db.rule, Rule::Waiting);
}

TEST(Balance, AsksNotTwiceForWhatIsOnItsWay) {
  Vm idle = vm("idle", 1_GiB, 300_MiB);
  idle.assigned = idle.committed = 2_GiB;  // a shrink is under way
  const auto wishes = balance(host(3_GiB, {idle, vm("db", 1_GiB, 1000_MiB)}));
  EXPECT_EQ(wish_of(wishes, "idle").to, 1_GiB);
  EXPECT_EQ(wish_of(wishes, "db").rule, Rule::Waiting);
}

TEST(Balance, SharesBuffersEquallyBeforeCuttingDemand) {
  // Needed: 932 + 932; wanted: 1080 + 1080; capacity between the two.
  const auto wishes = balance(host(2000_MiB, {vm("a", 1000_MiB, 900_MiB), vm("b", 900_MiB, 900_MiB)}));
  const NamedWish b = wish_of(wishes, "b");
  EXPECT_EQ(b.rule, Rule::Grow);
  EXPECT_EQ(b.to, 1000_MiB);
}

TEST(Balance, LetsWeightDecideWhenDemandItselfDoesNotFit) {
  const auto wishes =
      balance(host(2_GiB, {vm("gold", 1_GiB, 1400_MiB, 8000), vm("tin", 1_GiB, 1400_MiB, 2000)}));
  const NamedWish tin = wish_of(wishes, "tin");
  EXPECT_EQ(tin.rule, Rule::CutByWeight);
  EXPECT_LT(tin.to, 1_GiB);
  EXPECT_GE(tin.to, 1_GiB - kCutStep);  // memory in use leaves slowly
  EXPECT_EQ(wish_of(wishes, "gold").rule, Rule::Waiting);
}

TEST(Balance, TakesABlockThatIsLargerThanAStep) {
  Vm tin = vm("tin", 2_GiB, 1900_MiB, 1000);
  Vm gold = vm("gold", 1_GiB, 1900_MiB, 9000);
  tin.grain = 256_MiB;
  EXPECT_EQ(wish_of(balance(host(3_GiB, {tin, gold})), "tin").to, 2_GiB - 256_MiB);
}

TEST(Balance, RefusesWithTheReasonWhenNothingIsLeft) {
  Vm a = vm("a", 1_GiB, 1400_MiB);
  Vm b = vm("b", 1_GiB, 1400_MiB);
  for (const NamedWish& wish : balance(host(2_GiB, {a, b}))) {
    EXPECT_EQ(wish.rule, Rule::Refused) << wish.vm;
    EXPECT_EQ(wish.to, 1_GiB);
    EXPECT_NE(reason(wish).find("no more to give"), std::string::npos);
  }
}

TEST(Balance, AsksOthersWhenOneIsStalled) {
  Vm stuck = vm("stuck", 1_GiB, 300_MiB);
  stuck.stalled = true;
  const auto wishes = balance(host(3_GiB, {stuck, vm("idle", 1_GiB, 300_MiB), vm("db", 1_GiB, 1000_MiB)}));
  EXPECT_EQ(wish_of(wishes, "stuck").to, 1_GiB);
  EXPECT_EQ(wish_of(wishes, "idle").rule, Rule::Yield);
}

TEST(Balance, OwesAStartingVmItsStartup) {
  Vm fresh = vm("new", 256_MiB, 0_MiB);
  fresh.demand.reset();
  fresh.starting = true;
  fresh.limits.startup = 1_GiB;
  const NamedWish wish = wish_of(balance(host(2_GiB, {fresh})), "new");
  EXPECT_EQ(wish.rule, Rule::Startup);
  EXPECT_EQ(wish.to, 1_GiB);
}

TEST(Balance, GivesBackWhatHurt) {
  Vm web = vm("web", 512_MiB, 460_MiB);
  web.learned_floor = 800_MiB;
  web.distress = true;
  const NamedWish wish = wish_of(balance(host(2_GiB, {web})), "web");
  EXPECT_EQ(wish.rule, Rule::GiveBack);
  EXPECT_GE(wish.to, 800_MiB);
}

TEST(Balance, GrowsAGuestWhoseKernelRunsShortOneBlockAtATime) {
  Vm web = vm("web", 1_GiB, 300_MiB);
  web.kernel_short = true;
  web.rest = 400_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1_GiB + kMemoryBlock);
  web.room_in_block = 100_MiB;
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1_GiB + 100_MiB + kLeastGrow);
  web.since_grow = std::chrono::milliseconds(500);
  EXPECT_EQ(wish_of(balance(host(4_GiB, {web})), "web").to, 1_GiB) << "neither more yet, nor taken back";
}

TEST(Balance, TakesIdleMemoryOfAGuestWhoseKernelRunsShortForOneInWant) {
  Vm heavy = vm("heavy", 768_MiB, 600_MiB, 8000);
  heavy.kernel_short = true;
  const auto wishes = balance(host(1_GiB, {heavy, vm("light", 256_MiB, 260_MiB, 2000)}));
  EXPECT_EQ(wish_of(wishes, "heavy").rule, Rule::ShareBuffers);
  EXPECT_LE(wish_of(wishes, "heavy").to, 768_MiB - 36_MiB) << "light has its need and a part of its buffer";
  EXPECT_GE(wish_of(wishes, "heavy").to, 600_MiB + kSlack);
}

TEST(Balance, RespondsToAMinimumThatWasRaised) {
  Vm web = vm("web", 384_MiB, 100_MiB);
  web.limits = {Mode::Dynamic, 1_GiB, 1_GiB, 2_GiB, 20, 5000};
  EXPECT_EQ(wish_of(balance(host(2_GiB, {web})), "web").to, 1_GiB);
}

VmView any_vm() {
  VmView v;
  const auto mib = [](int low, int high) {
    return Bytes::mib(*rc::gen::inRange(low, high)).round_down(2_MiB);
  };
  v.limits.minimum = mib(64, 1024);
  v.limits.startup = v.limits.minimum + mib(0, 512);
  v.limits.maximum = v.limits.startup + mib(0, 4096);
  if (*rc::gen::inRange(0, 2) != 0) v.limits.buffer_percent = *rc::gen::inRange(5, 200);
  v.limits.weight = *rc::gen::inRange(0, 10001);
  v.grain = *rc::gen::element(Bytes::mib(2), Bytes::mib(128));
  v.base = mib(64, 1024);
  v.assigned = v.target = v.level_above(v.limits.minimum + mib(0, 2048));
  v.committed = v.assigned + (*rc::gen::inRange(0, 3) == 0 ? mib(0, 512) : Bytes{});
  v.demand = mib(0, 6000);
  v.filled = mib(0, 6000);
  v.cold_cache = mib(0, 1000);
  v.headroom = mib(0, 300);
  v.growth = v.headroom + mib(0, 300);
  v.rising = *rc::gen::inRange(0, 3) == 0;
  if (*rc::gen::inRange(0, 3) != 0) v.room_in_block = mib(0, 128);
  v.kernel_short = *rc::gen::inRange(0, 8) == 0;
  v.movable = *rc::gen::inRange(0, 5) != 0;
  v.stalled = *rc::gen::inRange(0, 8) == 0;
  v.starting = *rc::gen::inRange(0, 8) == 0;
  v.distress = *rc::gen::inRange(0, 4) == 0;
  if (*rc::gen::inRange(0, 3) != 0) v.rest = mib(0, 6000);
  return v;
}

RC_GTEST_PROP(BalanceProperty, NeverPromisesMoreThanIsFree, ()) {
  HostView h;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) h.vms.push_back(any_vm());
  h.capacity = Bytes::mib(*rc::gen::inRange(512, 20000));
  Bytes granted;
  for (const Wish& wish : balance(h)) granted += std::max(Bytes{}, wish.to - h.vms[wish.place].target);
  RC_ASSERT(granted <= std::max(Bytes{}, h.free()));
}

RC_GTEST_PROP(BalanceProperty, MovesOnlyTowardsAndWithinTheLimits, ()) {
  HostView h;
  const int count = *rc::gen::inRange(1, 12);
  for (int i = 0; i < count; ++i) h.vms.push_back(any_vm());
  h.capacity = Bytes::mib(*rc::gen::inRange(512, 20000));
  bool growing = false;
  std::vector<bool> seen(h.vms.size());
  for (const Wish& wish : balance(h)) {
    const VmView& v = h.vms.at(wish.place);
    const bool grows = wish.to > v.target, shrinks = wish.to < v.target;
    RC_ASSERT(!seen[wish.place]);
    seen[wish.place] = true;
    RC_ASSERT(v.movable);
    RC_ASSERT(!why(wish, v.target).empty());
    if (grows) RC_ASSERT(wish.to <= v.limits.maximum);
    if (shrinks) RC_ASSERT(wish.to >= v.limits.minimum);
    if (shrinks) RC_ASSERT(!growing);  // shrinks come first
    RC_ASSERT(wish.to == v.target || wish.to == v.level_below(wish.to));
    const bool says_it_grows =
        wish.rule == Rule::Grow || wish.rule == Rule::GiveBack || wish.rule == Rule::Startup;
    RC_ASSERT(!says_it_grows || grows);
    growing = growing || grows;
  }
}

// A guest that shows so much available, and an estimate that says that it needs next to nothing.
Vm shows(Bytes assigned, Bytes available) {
  Vm v = learned(assigned, 40_MiB, 16_MiB);
  v.limits.maximum = 16_GiB;
  v.available = available;
  v.rest = 256_MiB;
  return v;
}

TEST(Balance, TakesNoMoreThanTheGuestShowsToSpareWhateverItIsThoughtToNeed) {
  const auto left = [](Vm v) { return wish_of(balance(host(32_GiB, {std::move(v)})), "web").to; };
  EXPECT_EQ(left(shows(2_GiB, 316_MiB)), 2_GiB - 300_MiB);
  EXPECT_EQ(left(shows(2_GiB, 17_MiB)), 2_GiB) << "all that it is to keep";
  Vm leaving = shows(2_GiB, 316_MiB);
  leaving.assigned = leaving.target + 300_MiB;
  EXPECT_EQ(left(leaving), 2_GiB) << "what it shows is on its way out";
  EXPECT_EQ(left(shows(4_GiB, 3900_MiB)), 2_GiB) << "no more than half of it at once";
}

TEST(Balance, TakesNoCrumbsWhereNobodyWaitsForThem) {
  const auto left = [](Vm v) { return wish_of(balance(host(32_GiB, {std::move(v)})), "web").to; };
  EXPECT_EQ(left(shows(512_MiB, 20_MiB)), 512_MiB) << "it shows 4 MiB, of 256 that are idle";
  EXPECT_EQ(left(shows(512_MiB, 32_MiB)), 496_MiB);
  Vm nearly = shows(512_MiB, 20_MiB);
  nearly.rest = 502_MiB;
  nearly.available = 26_MiB;
  EXPECT_EQ(left(nearly), 502_MiB) << "nothing more is idle";
}

TEST(Balance, CutsAGuestWithoutSwapOnlyAsFarAsItShowsSomethingToSpare) {
  const auto cut = [](Bytes swap_free) {
    Vm low = vm("low", 1_GiB, 1000_MiB, 10);
    low.available = 24_MiB;
    low.swap_free = swap_free;
    return wish_of(balance(host(2_GiB, {low, vm("high", 1_GiB, 1500_MiB, 10000)})), "low").to;
  };
  EXPECT_EQ(cut(0_MiB), 1_GiB) << "it could only kill";
  EXPECT_LT(cut(1_GiB), 1_GiB);
}

TEST(Balance, GrowsAGuestThatHasNearlyNothingWhateverItIsThoughtToNeed) {
  Vm v = shows(512_MiB, 4_MiB);
  EXPECT_EQ(wish_of(balance(host(8_GiB, {v})), "web").to, 512_MiB) << "the numbers say that it has enough";
  v.rescue = 128_MiB;
  const NamedWish wish = wish_of(balance(host(8_GiB, {v})), "web");
  EXPECT_EQ(wish.to, 640_MiB);
  EXPECT_THAT(reason(wish), HasSubstr("nearly nothing available"));
  v.limits.maximum = 576_MiB;
  EXPECT_EQ(wish_of(balance(host(8_GiB, {v})), "web").to, 576_MiB);
}

TEST(Balance, DoesNotGrowForALearnedFloorThatMovesALittle) {
  Vm v = learned(512_MiB, 100_MiB, 16_MiB);
  v.learned_floor = 530_MiB;
  EXPECT_EQ(wish_of(balance(host(8_GiB, {v})), "web").to, 512_MiB);
  v.learned_floor = 600_MiB;
  EXPECT_GE(wish_of(balance(host(8_GiB, {v})), "web").to, 600_MiB);
}

}  // namespace
}  // namespace aerostat
