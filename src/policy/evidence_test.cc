// What a guest's word is worth where memory is scarce, through the balancer.
#include "policy/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/named_views.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using named::NamedWish;
using named::Vm;
using named::wish_of;

Vm vm_with(std::string name, Bytes assigned, Bytes demand, int weight) {
  Vm v;
  v.name = std::move(name);
  v.limits = {Mode::Dynamic, 384_MiB, 256_MiB, 8_GiB, {}, weight};
  v.assigned = v.committed = v.target = assigned;
  v.demand = demand;
  v.touched = std::min(demand, assigned);
  v.movable = true;
  return v;
}

// It says that it uses all it has and needs more.
Vm liar(Bytes assigned, Bytes touched, int weight = 100) {
  Vm v = vm_with("liar", assigned, 8_GiB, weight);
  v.touched = touched;
  return v;
}

// One that is moved by nobody's word.
Vm unbelieved(Bytes assigned, Bytes touched, Bytes keeps) {
  Vm v = liar(assigned, touched);
  v.demand.reset();
  v.movable = false;
  v.has_share = true;
  v.keeps = keeps;
  return v;
}

std::vector<NamedWish> plan(Bytes capacity, std::vector<Vm> vms) {
  return named::balance({capacity, std::move(vms)});
}

TEST(Evidence, TakesWhatIsClaimedAndNotTouchedAtOnceForOneInNeed) {
  const NamedWish wish =
      wish_of(plan(8_GiB, {liar(5_GiB, 300_MiB), vm_with("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_LE(wish.to, 5_GiB - 1_GiB) << "in one step";
  EXPECT_GE(wish.to, 300_MiB);
}

TEST(Evidence, IsNotAskedForWhileNobodyLacksMemory) {
  EXPECT_FALSE(
      wish_of(plan(9_GiB, {liar(5_GiB, 300_MiB), vm_with("web", 3_GiB, 2_GiB, 5000)}), "liar").shrinks());
}

TEST(Evidence, IsNotNeededBelowTheFairShare) {
  const auto wishes = plan(8_GiB, {liar(4_GiB, 300_MiB, 5000), vm_with("web", 4_GiB, 6_GiB, 5000)});
  EXPECT_FALSE(wish_of(wishes, "liar").shrinks());
}

TEST(Evidence, LetsWeightTakeWhatIsTouchedOnlyAsFastAsItCanBePagedOut) {
  const NamedWish wish =
      wish_of(plan(8_GiB, {liar(5_GiB, 5_GiB), vm_with("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_EQ(wish.rule, Rule::CutByWeight);
  EXPECT_EQ(wish.to, 5_GiB - kCutStep);
}

TEST(Evidence, OfAnUnknownAmountIsNone) {
  Vm unseen = liar(5_GiB, {});
  unseen.touched.reset();
  const NamedWish wish = wish_of(plan(8_GiB, {unseen, vm_with("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_EQ(wish.to, 5_GiB - kCutStep) << "its word counts, and weight decides";
}

TEST(Evidence, DoesNotLetALiarsClaimTakeIdleMemoryOfOthers) {
  const auto wishes = plan(4_GiB, {liar(1_GiB, 300_MiB), vm_with("web", 3_GiB, 1_GiB, 5000)});
  EXPECT_FALSE(wish_of(wishes, "web").shrinks());
  EXPECT_EQ(wish_of(wishes, "liar").to, 1_GiB);
}

TEST(Evidence, OfAGuestWithNearlyNothingIsItsShare) {
  Vm web = vm_with("web", 1_GiB, 1_GiB, 5000);
  web.rescue = 512_MiB;
  const Vm db = vm_with("db", 7_GiB, 7_GiB, 100);
  const auto wishes = plan(8_GiB, {web, db});
  EXPECT_LE(wish_of(wishes, "db").desired, 7_GiB - 512_MiB) << "what it is offered, and not what it shows";
  EXPECT_EQ(wish_of(wishes, "db").to, 7_GiB - kCutStep);
}

TEST(Evidence, OverridesWhatALiarShowsToSpare) {
  Vm liar_of_all = liar(5_GiB, 300_MiB);
  liar_of_all.available = 0_MiB;
  const Vm web = vm_with("web", 3_GiB, 4_GiB, 5000);
  EXPECT_LE(wish_of(plan(8_GiB, {liar_of_all, web}), "liar").to, 5_GiB - 1_GiB);
  liar_of_all.touched = 5_GiB;
  EXPECT_FALSE(wish_of(plan(8_GiB, {liar_of_all, web}), "liar").shrinks()) << "it may really have none";
}

TEST(Evidence, IsAllThatCountsOfAGuestThatIsNotBelieved) {
  const Vm web = vm_with("web", 3_GiB, 4_GiB, 5000);
  const NamedWish idle = wish_of(plan(8_GiB, {unbelieved(5_GiB, 300_MiB, 0_MiB), web}), "liar");
  EXPECT_LE(idle.to, 5_GiB - 1_GiB) << "in one step";
  EXPECT_THAT(reason(idle), ::testing::HasSubstr("nobody that can be believed"));
  const NamedWish used = wish_of(plan(8_GiB, {unbelieved(5_GiB, 5_GiB, 0_MiB), web}), "liar");
  EXPECT_EQ(used.to, 5_GiB - kCutStep) << "weight decides, as for one that is believed";
  for (const NamedWish& kept : plan(8_GiB, {unbelieved(5_GiB, 5_GiB, 5_GiB), web}))
    EXPECT_FALSE(kept.vm == "liar" && kept.shrinks()) << "what it touched stays its";
  EXPECT_TRUE(plan(9_GiB, {unbelieved(5_GiB, 300_MiB, 0_MiB)}).empty()) << "nobody lacks memory";
}

TEST(Evidence, TakesNothingFromAGuestThatGivesNothing) {
  Vm stuck = unbelieved(5_GiB, 300_MiB, 0_MiB);
  stuck.stalled = true;
  const auto wishes =
      plan(8_GiB, {stuck, vm_with("web", 2_GiB, 4_GiB, 5000), vm_with("db", 1_GiB, 300_MiB, 5000)});
  EXPECT_FALSE(wish_of(wishes, "liar").shrinks());
  EXPECT_TRUE(wish_of(wishes, "db").shrinks()) << "others are asked";
}

}  // namespace
}  // namespace aerostat
