#include "guard/rails.h"

#include <gtest/gtest.h>

#include <limits>

namespace aerostat {
namespace {

using namespace literals;

VmView vm(Bytes assigned) {
  VmView v;
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

Wish wish(std::size_t place, Bytes to, Rule rule = Rule::Grow) {
  return {place, to, to, rule, Because::Unsaid, {}, {}};
}

// Each rail: what it stops, and that nothing stops it when the rail is away.

TEST(Rails, LedgerGrantsOnlyWhatIsFree) {
  const HostView h = host(2_GiB, {vm(1_GiB), vm(512_MiB)});
  const std::vector<Wish> plan = {wish(0, 1536_MiB), wish(1, 1_GiB)};
  const auto kept = rule_on(h, plan);
  EXPECT_EQ(kept[0].granted, 1536_MiB);
  EXPECT_EQ(kept[1].granted, 512_MiB);
  ASSERT_EQ(kept[1].cuts.size(), 1u);
  EXPECT_EQ(kept[1].cuts[0].rail, Rail::Commitment);
  EXPECT_EQ(kept[1].wish.to, 1_GiB) << "a wish stays as it was made";
  EXPECT_EQ(rule_on(h, plan, {.ledger = false})[1].granted, 1_GiB);
}

TEST(Rails, LedgerCountsWhatAShrinkStillHoldsAsItsOwn) {
  VmView a = vm(1_GiB);
  a.target = 512_MiB;  // asked to shrink, not seen yet; now it needs the memory again
  const auto kept = rule_on(host(1_GiB, {a}), {wish(0, 1_GiB)});
  EXPECT_EQ(kept[0].granted, 1_GiB);
}

TEST(Rails, PhysicalStopsWhatTheKernelDoesNotHave) {
  HostView h = host(4_GiB, {vm(1_GiB)});
  h.spare_physical = 100_MiB;
  EXPECT_EQ(rule_on(h, {wish(0, 2_GiB)})[0].granted, 1124_MiB);
  EXPECT_EQ(rule_on(h, {wish(0, 2_GiB)}, {.physical = false})[0].granted, 2_GiB);
}

TEST(Rails, LimitsHold) {
  const HostView h = host(8_GiB, {vm(1_GiB)});
  EXPECT_EQ(rule_on(h, {wish(0, 4_GiB)})[0].granted, 2_GiB);
  EXPECT_EQ(rule_on(h, {wish(0, 64_MiB)})[0].granted, 256_MiB);
  EXPECT_EQ(rule_on(h, {wish(0, 64_MiB)}, {.limits = false})[0].granted, 64_MiB);
}

TEST(Rails, LimitsHoldBetweenLevelsOfADevice) {
  VmView a = vm(1128_MiB);
  a.base = 1000_MiB;
  a.grain = 128_MiB;
  a.limits.minimum = 1020_MiB;
  EXPECT_EQ(rule_on(host(8_GiB, {a}), {wish(0, 1000_MiB)})[0].granted, 1128_MiB);
  EXPECT_EQ(rule_on(host(8_GiB, {a}), {wish(0, 4_GiB)})[0].granted, 2024_MiB);
}

TEST(Rails, AGuestsWordAloneEndsAtItsFairShare) {
  VmView liar = vm(512_MiB);
  liar.resident = 200_MiB;  // it touches nothing of what it says it needs
  const HostView h = host(2_GiB, {liar, vm(512_MiB)});
  const auto kept = rule_on(h, {wish(0, 1536_MiB)});
  EXPECT_EQ(kept[0].granted, 1_GiB);
  ASSERT_EQ(kept[0].cuts.size(), 1u);
  EXPECT_NE(clause(kept[0].cuts[0]).find("fair share, 1.00 GiB, and the host sees 200 MiB"),
            std::string::npos);
  EXPECT_EQ(rule_on(h, {wish(0, 1536_MiB)}, {.fair_share = false})[0].granted, 1536_MiB);
}

TEST(Rails, TheShareOfAVmThatIsNotHeardIsNotTakenForAnothers) {
  VmView liar = vm(512_MiB);
  liar.resident = 200_MiB;
  VmView boots = vm(512_MiB);
  boots.movable = false;
  const std::vector<Wish> plan = {wish(0, 1536_MiB)};
  EXPECT_EQ(rule_on(host(2_GiB, {liar, boots}), plan)[0].granted, 1536_MiB) << "it never takes part";
  boots.has_share = true;
  EXPECT_EQ(rule_on(host(2_GiB, {liar, boots}), plan)[0].granted, 1_GiB);
}

TEST(Rails, OneThatIsNotBelievedMayOnlyGive) {
  VmView a = vm(1_GiB);
  a.movable = false;
  a.keeps = 256_MiB;
  EXPECT_EQ(rule_on(host(4_GiB, {a}), {wish(0, 512_MiB)})[0].granted, 512_MiB);
  EXPECT_EQ(rule_on(host(4_GiB, {a}), {wish(0, 2_GiB)})[0].granted, 1_GiB);
}

TEST(Rails, StartupIsTheOwnersWordAndNotBoundByTheFairShare) {
  VmView fresh = vm(256_MiB);
  fresh.resident = 20_MiB;
  const std::vector<Wish> startup = {wish(0, 1536_MiB, Rule::Startup)};
  fresh.limits.startup = 1536_MiB;
  EXPECT_EQ(rule_on(host(2_GiB, {fresh, vm(256_MiB)}), startup)[0].granted, 1_GiB) << "it does not start";
  fresh.starting = true;
  EXPECT_EQ(rule_on(host(2_GiB, {fresh, vm(256_MiB)}), startup)[0].granted, 1536_MiB);
  fresh.limits.startup = 1200_MiB;
  EXPECT_EQ(rule_on(host(2_GiB, {fresh, vm(256_MiB)}), startup)[0].granted, 1200_MiB);
}

TEST(Rails, NoShrinkRightAfterAGrowth) {
  VmView a = vm(1_GiB);
  a.since_grow = std::chrono::milliseconds(300);
  const HostView h = host(2_GiB, {a});
  EXPECT_EQ(rule_on(h, {wish(0, 512_MiB)})[0].granted, 1_GiB);
  EXPECT_EQ(rule_on(h, {wish(0, 512_MiB)}, {.lock_out = false})[0].granted, 512_MiB);
}

TEST(Rails, NobodyMovesAVmThatIsNotMovable) {
  VmView a = vm(1_GiB);
  a.movable = false;
  EXPECT_EQ(rule_on(host(4_GiB, {a}), {wish(0, 512_MiB)})[0].granted, 1_GiB);
}

TEST(Rails, RuleOnOneWishForAVmAndOnNoneForNobody) {
  VmView a = vm(512_MiB);
  a.committed = 1_GiB;  // it has given nothing of a shrink yet
  const HostView h = host(2_GiB, {a});
  const auto kept = rule_on(h, {wish(0, 1_GiB), wish(0, 896_MiB), wish(1, 1_GiB), Wish{}});
  EXPECT_EQ(kept[0].place, 0u);
  EXPECT_EQ(kept[0].granted, 1_GiB);
  EXPECT_EQ(kept[1].cuts.at(0).rail, Rail::Repeated);
  EXPECT_EQ(kept[2].cuts.at(0).rail, Rail::NoSuchVm);
  EXPECT_EQ(kept[3].cuts.at(0).rail, Rail::NoSuchVm);
  for (std::size_t i = 1; i < kept.size(); ++i) {
    EXPECT_FALSE(kept[i].place) << i;
    EXPECT_EQ(kept[i].granted, kept[i].from) << i;
  }
}

TEST(Rails, BearAnySize) {
  const auto edge = [](std::int64_t n) { return Bytes::of(n); };
  using Limit = std::numeric_limits<std::int64_t>;
  for (const Bytes size : {edge(Limit::min()), edge(Limit::min() + 1), edge(-1), edge(Limit::max())}) {
    for (const bool limits : {true, false}) {
      const Rails rails{.limits = limits, .fair_share = limits};
      const Ruling kept =
          rule_on(host(4_GiB, {vm(1_GiB), vm(1_GiB)}), {wish(0, size), wish(1, size)}, rails)[0];
      EXPECT_GE(kept.granted, limits ? 256_MiB : 0_MiB);
      EXPECT_LE(kept.granted, limits ? 2_GiB : 3_GiB);
    }
  }
}

}  // namespace
}  // namespace aerostat
