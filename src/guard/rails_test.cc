#include "guard/rails.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

VmView vm(std::string name, Bytes assigned) {
  VmView v;
  v.name = std::move(name);
  v.limits = {Mode::Dynamic, 384_MiB, 256_MiB, 2_GiB, 20, 5000};
  v.assigned = v.committed = v.target = assigned;
  v.resident = assigned;
  v.movable = true;
  return v;
}

HostView host(Bytes capacity, std::vector<VmView> vms) {
  HostView h;
  h.capacity = capacity;
  h.vms = std::move(vms);
  return h;
}

Move move(std::string name, Bytes from, Bytes to) {
  return {std::move(name), from, to, to, Rule::Grow, "test"};
}

// Each rail: what it stops, and that nothing stops it when the rail is away.

TEST(Rails, LedgerGrantsOnlyWhatIsFree) {
  const HostView h = host(2_GiB, {vm("a", 1_GiB), vm("b", 512_MiB)});
  const std::vector<Move> plan = {move("a", 1_GiB, 1536_MiB), move("b", 512_MiB, 1_GiB)};
  const auto kept = keep_rails(h, plan);
  EXPECT_EQ(kept[0].to, 1536_MiB);
  EXPECT_EQ(kept[1].to, 512_MiB);
  EXPECT_EQ(kept[1].rule, Rule::Refused);
  EXPECT_EQ(keep_rails(h, plan, {.ledger = false})[1].to, 1_GiB);
}

TEST(Rails, LedgerCountsWhatAShrinkStillHoldsAsItsOwn) {
  VmView a = vm("a", 1_GiB);
  a.target = 512_MiB;  // asked to shrink, not seen yet; now it needs the memory again
  const auto kept = keep_rails(host(1_GiB, {a}), {move("a", 512_MiB, 1_GiB)});
  EXPECT_EQ(kept[0].to, 1_GiB);
}

TEST(Rails, PhysicalStopsWhatTheKernelDoesNotHave) {
  HostView h = host(4_GiB, {vm("a", 1_GiB)});
  h.spare_physical = 100_MiB;
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 2_GiB)})[0].to, 1124_MiB);
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 2_GiB)}, {.physical = false})[0].to, 2_GiB);
}

TEST(Rails, LimitsHold) {
  const HostView h = host(8_GiB, {vm("a", 1_GiB)});
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 4_GiB)})[0].to, 2_GiB);
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 64_MiB)})[0].to, 256_MiB);
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 64_MiB)}, {.limits = false})[0].to, 64_MiB);
}

TEST(Rails, LimitsHoldBetweenLevelsOfADevice) {
  VmView a = vm("a", 1128_MiB);
  a.base = 1000_MiB;
  a.grain = 128_MiB;
  a.limits.minimum = 1020_MiB;
  EXPECT_EQ(keep_rails(host(8_GiB, {a}), {move("a", 1128_MiB, 1000_MiB)})[0].to, 1128_MiB);
  EXPECT_EQ(keep_rails(host(8_GiB, {a}), {move("a", 1128_MiB, 4_GiB)})[0].to, 2024_MiB);
}

TEST(Rails, AGuestsWordAloneEndsAtItsFairShare) {
  VmView liar = vm("liar", 512_MiB);
  liar.resident = 200_MiB;  // it touches nothing of what it says it needs
  const HostView h = host(2_GiB, {liar, vm("b", 512_MiB)});
  const auto kept = keep_rails(h, {move("liar", 512_MiB, 1536_MiB)});
  EXPECT_EQ(kept[0].to, 1_GiB);
  EXPECT_NE(kept[0].why.find("fair share"), std::string::npos);
  EXPECT_EQ(keep_rails(h, {move("liar", 512_MiB, 1536_MiB)}, {.fair_share = false})[0].to, 1536_MiB);
}

TEST(Rails, TheShareOfAVmThatIsNotHeardIsNotTakenForAnothers) {
  VmView liar = vm("liar", 512_MiB);
  liar.resident = 200_MiB;
  VmView boots = vm("boots", 512_MiB);
  boots.movable = false;
  const std::vector<Move> plan = {move("liar", 512_MiB, 1536_MiB)};
  EXPECT_EQ(keep_rails(host(2_GiB, {liar, boots}), plan)[0].to, 1536_MiB) << "it never takes part";
  boots.has_share = true;
  EXPECT_EQ(keep_rails(host(2_GiB, {liar, boots}), plan)[0].to, 1_GiB);
}

TEST(Rails, OneThatIsNotBelievedMayOnlyGive) {
  VmView a = vm("a", 1_GiB);
  a.movable = false;
  a.keeps = 256_MiB;
  EXPECT_EQ(keep_rails(host(4_GiB, {a}), {move("a", 1_GiB, 512_MiB)})[0].to, 512_MiB);
  EXPECT_EQ(keep_rails(host(4_GiB, {a}), {move("a", 1_GiB, 2_GiB)})[0].to, 1_GiB);
}

TEST(Rails, StartupIsTheOwnersWordAndNotBoundByTheFairShare) {
  VmView fresh = vm("new", 256_MiB);
  fresh.resident = 20_MiB;
  Move startup = move("new", 256_MiB, 1536_MiB);
  startup.rule = Rule::Startup;
  EXPECT_EQ(keep_rails(host(2_GiB, {fresh, vm("b", 256_MiB)}), {startup})[0].to, 1536_MiB);
}

TEST(Rails, NoShrinkRightAfterAGrowth) {
  VmView a = vm("a", 1_GiB);
  a.since_grow = std::chrono::milliseconds(300);
  const HostView h = host(2_GiB, {a});
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 512_MiB)})[0].to, 1_GiB);
  EXPECT_EQ(keep_rails(h, {move("a", 1_GiB, 512_MiB)}, {.lock_out = false})[0].to, 512_MiB);
}

TEST(Rails, NobodyMovesAVmThatIsNotMovable) {
  VmView a = vm("a", 1_GiB);
  a.movable = false;
  EXPECT_EQ(keep_rails(host(4_GiB, {a}), {move("a", 1_GiB, 512_MiB)})[0].to, 1_GiB);
  EXPECT_EQ(keep_rails(host(4_GiB, {a}), {move("who", 1_GiB, 512_MiB)})[0].to, 1_GiB);
}

}  // namespace
}  // namespace aerostat
