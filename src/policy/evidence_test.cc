// What a guest's word is worth where memory is scarce, through the balancer.
#include "policy/evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "policy/balance.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;

VmView vm(std::string name, Bytes assigned, Bytes demand, int weight) {
  VmView v;
  v.name = std::move(name);
  v.limits = {Mode::Dynamic, 384_MiB, 256_MiB, 8_GiB, {}, weight};
  v.assigned = v.committed = v.target = assigned;
  v.demand = demand;
  v.touched = std::min(demand, assigned);
  v.movable = true;
  return v;
}

// It says that it uses all it has and needs more.
VmView liar(Bytes assigned, Bytes touched, int weight = 100) {
  VmView v = vm("liar", assigned, 8_GiB, weight);
  v.touched = touched;
  return v;
}

// One that is moved by nobody's word.
VmView unbelieved(Bytes assigned, Bytes touched, Bytes keeps) {
  VmView v = liar(assigned, touched);
  v.demand.reset();
  v.movable = false;
  v.has_share = true;
  v.keeps = keeps;
  return v;
}

std::vector<Move> plan(Bytes capacity, std::vector<VmView> vms) {
  HostView h;
  h.capacity = capacity;
  h.vms = std::move(vms);
  return balance(h);
}

Move move_of(const std::vector<Move>& moves, const std::string& name) {
  const auto found = std::find_if(moves.begin(), moves.end(), [&](const Move& m) { return m.vm == name; });
  return found == moves.end() ? Move{} : *found;
}

TEST(Evidence, TakesWhatIsClaimedAndNotTouchedAtOnceForOneInNeed) {
  const Move move = move_of(plan(8_GiB, {liar(5_GiB, 300_MiB), vm("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_LE(move.to, 5_GiB - 1_GiB) << "in one step";
  EXPECT_GE(move.to, 300_MiB);
}

TEST(Evidence, IsNotAskedForWhileNobodyLacksMemory) {
  EXPECT_FALSE(move_of(plan(9_GiB, {liar(5_GiB, 300_MiB), vm("web", 3_GiB, 2_GiB, 5000)}), "liar").shrinks());
}

TEST(Evidence, IsNotNeededBelowTheFairShare) {
  const auto moves = plan(8_GiB, {liar(4_GiB, 300_MiB, 5000), vm("web", 4_GiB, 6_GiB, 5000)});
  EXPECT_FALSE(move_of(moves, "liar").shrinks());
}

TEST(Evidence, LetsWeightTakeWhatIsTouchedOnlyAsFastAsItCanBePagedOut) {
  const Move move = move_of(plan(8_GiB, {liar(5_GiB, 5_GiB), vm("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_EQ(move.rule, Rule::CutByWeight);
  EXPECT_EQ(move.to, 5_GiB - kCutStep);
}

TEST(Evidence, OfAnUnknownAmountIsNone) {
  VmView unseen = liar(5_GiB, {});
  unseen.touched.reset();
  const Move move = move_of(plan(8_GiB, {unseen, vm("web", 3_GiB, 4_GiB, 5000)}), "liar");
  EXPECT_EQ(move.to, 5_GiB - kCutStep) << "its word counts, and weight decides";
}

TEST(Evidence, DoesNotLetALiarsClaimTakeIdleMemoryOfOthers) {
  const auto moves = plan(4_GiB, {liar(1_GiB, 300_MiB), vm("web", 3_GiB, 1_GiB, 5000)});
  EXPECT_FALSE(move_of(moves, "web").shrinks());
  EXPECT_EQ(move_of(moves, "liar").to, 1_GiB);
}

TEST(Evidence, OfAGuestWithNearlyNothingIsItsShare) {
  VmView web = vm("web", 1_GiB, 1_GiB, 5000);
  web.rescue = 512_MiB;
  const VmView db = vm("db", 7_GiB, 7_GiB, 100);
  HostView h;
  h.capacity = 8_GiB;
  h.vms = {web, db};
  const auto moves = balance(h);
  EXPECT_LE(move_of(moves, "db").desired, 7_GiB - 512_MiB) << "what it is offered, and not what it shows";
  EXPECT_EQ(move_of(moves, "db").to, 7_GiB - kCutStep);
}

TEST(Evidence, OverridesWhatALiarShowsToSpare) {
  VmView liar_of_all = liar(5_GiB, 300_MiB);
  liar_of_all.available = 0_MiB;
  const VmView web = vm("web", 3_GiB, 4_GiB, 5000);
  EXPECT_LE(move_of(plan(8_GiB, {liar_of_all, web}), "liar").to, 5_GiB - 1_GiB);
  liar_of_all.touched = 5_GiB;
  EXPECT_FALSE(move_of(plan(8_GiB, {liar_of_all, web}), "liar").shrinks()) << "it may really have none";
}

TEST(Evidence, IsAllThatCountsOfAGuestThatIsNotBelieved) {
  const VmView web = vm("web", 3_GiB, 4_GiB, 5000);
  const Move idle = move_of(plan(8_GiB, {unbelieved(5_GiB, 300_MiB, 0_MiB), web}), "liar");
  EXPECT_LE(idle.to, 5_GiB - 1_GiB) << "in one step";
  EXPECT_THAT(reason(idle), ::testing::HasSubstr("nobody that can be believed"));
  const Move used = move_of(plan(8_GiB, {unbelieved(5_GiB, 5_GiB, 0_MiB), web}), "liar");
  EXPECT_EQ(used.to, 5_GiB - kCutStep) << "weight decides, as for one that is believed";
  const Move kept = move_of(plan(8_GiB, {unbelieved(5_GiB, 5_GiB, 5_GiB), web}), "liar");
  EXPECT_FALSE(kept.shrinks()) << "what it touched stays its";
  EXPECT_TRUE(plan(9_GiB, {unbelieved(5_GiB, 300_MiB, 0_MiB)}).empty()) << "nobody lacks memory";
}

TEST(Evidence, TakesNothingFromAGuestThatGivesNothing) {
  VmView stuck = unbelieved(5_GiB, 300_MiB, 0_MiB);
  stuck.stalled = true;
  const auto moves = plan(8_GiB, {stuck, vm("web", 2_GiB, 4_GiB, 5000), vm("db", 1_GiB, 300_MiB, 5000)});
  EXPECT_FALSE(move_of(moves, "liar").shrinks());
  EXPECT_TRUE(move_of(moves, "db").shrinks()) << "others are asked";
}

}  // namespace
}  // namespace aerostat
