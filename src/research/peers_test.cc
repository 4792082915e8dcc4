// What makes each peer itself: the behaviour it is known for, checked on numbers made by hand.
#include "research/peers.h"

#include <gtest/gtest.h>

#include "research/peers/hyperv.h"
#include "research/peers/mom.h"
#include "research/peers/proxmox.h"
#include "research/peers/qubes.h"
#include "research/peers/senpai.h"
#include "research/peers/squeezed.h"
#include "research/policies.h"

namespace aerostat::sim {
namespace {

constexpr double kGib = 1024;

// A VM that uses `used` of `assigned`, the rest strictly free.
RuleVm vm(std::size_t id, double assigned, double used, double maximum = 8 * kGib) {
  RuleVm out;
  out.id = id;
  out.minimum = out.startup = kGib;
  out.maximum = maximum;
  out.weight = 5000;
  out.buffer = 0.2;
  out.assigned = out.target = out.total = assigned;
  out.reported = true;
  out.free = out.available = assigned - used;
  out.committed = out.need = used;
  return out;
}

// `left`: what the host's kernel has available, and what is not committed.
RuleHost host(double capacity, double left, std::vector<RuleVm> vms) {
  RuleHost out;
  out.capacity = capacity;
  out.free = out.available = left;
  out.block = 128;
  out.vms = std::move(vms);
  return out;
}

// One period goes by; all gets where it was asked to go.
void arrive(RuleHost& h, double period_s) {
  h.now_s += period_s;
  for (RuleVm& v : h.vms) {
    v.free += v.target - v.assigned;
    v.available = v.free;
    v.assigned = v.total = v.target;
  }
}

TEST(Hyperv, KeepsCommittedAndTheBuffer) {
  const auto rule = hyperv_rule({});
  EXPECT_DOUBLE_EQ(rule->period_s(), 1);
  RuleHost h = host(64 * kGib, 32 * kGib, {vm(0, 2 * kGib, 4 * kGib)});
  rule->decide(h);
  // The driver's own floor for a guest of 2 GiB is 360 MiB.
  EXPECT_NEAR(h.vms[0].target, (4 * kGib + 360) * 1.2, 1);
}

TEST(Hyperv, TheFloorOfItsLinuxDriverIsAsPublished) {
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(100), 58);
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(128), 72);
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(512), 168);
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(2048), 360);
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(8192), 744);
  EXPECT_DOUBLE_EQ(hyperv_balloon_floor(32768), 1512);
}

TEST(Hyperv, TakesIdleMemoryBackOnlyNowAndThenUnlessAnotherLacksIt) {
  const auto rule = hyperv_rule({});
  RuleHost h = host(64 * kGib, 32 * kGib, {vm(0, 7 * kGib, kGib)});
  for (int s = 0; s < 30; ++s) {
    rule->decide(h);
    EXPECT_EQ(h.vms[0].target, 7 * kGib) << s;
    arrive(h, 1);
  }
  rule->decide(h);
  EXPECT_LT(h.vms[0].target, 3 * kGib);

  RuleHost full = host(8 * kGib, 0, {vm(0, 6 * kGib, kGib), vm(1, 2 * kGib, 3 * kGib)});
  hyperv_rule({})->decide(full);
  EXPECT_LT(full.vms[0].target, 3 * kGib);
  EXPECT_GT(full.vms[1].target, 3 * kGib);
}

TEST(Hyperv, SharesByWeightWhatIsTooLittleForAll) {
  RuleHost h = host(8 * kGib, 0, {vm(0, 4 * kGib, 7 * kGib), vm(1, 4 * kGib, 7 * kGib)});
  h.vms[1].weight = 10000;
  hyperv_rule({})->decide(h);
  EXPECT_NEAR(h.vms[1].target, 2 * h.vms[0].target, 2);
  EXPECT_NEAR(h.vms[0].target + h.vms[1].target, 8 * kGib, 2);
}

TEST(Proxmox, NeverMovesMoreThanHundredMibPerVmAndTenSeconds) {
  const auto rule = proxmox_rule({});
  EXPECT_DOUBLE_EQ(rule->period_s(), 10);
  EXPECT_DOUBLE_EQ(rule->grain_mib(128), 1);
  for (const double left : {0.0, 1 * kGib, 6 * kGib, 30 * kGib}) {
    RuleHost h =
        host(32 * kGib, left, {vm(0, 2 * kGib, 2 * kGib), vm(1, 7 * kGib, kGib), vm(2, 4 * kGib, 3 * kGib)});
    for (int round = 0; round < 20; ++round) {
      rule->decide(h);
      for (const RuleVm& v : h.vms) EXPECT_LE(std::abs(v.target - v.assigned), 100.001) << left;
      arrive(h, 10);
    }
  }
}

TEST(Proxmox, GivesToVmsWithLittleFreeFirstAndTakesFromThoseWithMuch) {
  RuleHost roomy = host(32 * kGib, 30 * kGib, {vm(0, 4 * kGib, 4 * kGib), vm(1, 4 * kGib, kGib)});
  proxmox_rule({})->decide(roomy);
  EXPECT_DOUBLE_EQ(roomy.vms[0].target, 4 * kGib + 100);
  EXPECT_DOUBLE_EQ(roomy.vms[1].target, 4 * kGib);
  RuleHost full = host(32 * kGib, kGib, {vm(0, 4 * kGib, 4 * kGib), vm(1, 4 * kGib, kGib)});
  proxmox_rule({})->decide(full);
  EXPECT_DOUBLE_EQ(full.vms[0].target, 4 * kGib);
  EXPECT_DOUBLE_EQ(full.vms[1].target, 4 * kGib - 100);
}

TEST(Proxmox, SqueezesThoseUnderPressureWhenNobodyElseHasAnything) {
  RuleHost h = host(32 * kGib, kGib, {vm(0, 4 * kGib, 4 * kGib)});
  proxmox_rule({})->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib - 100);
}

TEST(Proxmox, RestsNearItsGoal) {
  RuleHost h = host(10 * kGib, 2 * kGib + 8, {vm(0, 4 * kGib, 4 * kGib)});
  proxmox_rule({})->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib);
}

TEST(Mom, AGuestFullOfCacheGivesNothing) {
  // The cases of peers.md §2.1: 10 % of the host free.
  RuleVm cached = vm(0, 8 * kGib, 7.8 * kGib);
  cached.available = 6 * kGib;
  RuleHost h = host(64 * kGib, 6.4 * kGib, {cached, vm(1, 8 * kGib, 2 * kGib)});
  const auto rule = mom_rule({});
  EXPECT_DOUBLE_EQ(rule->period_s(), 15);
  rule->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 8 * kGib);
  EXPECT_DOUBLE_EQ(h.vms[1].target, 8 * kGib * 0.95);
}

TEST(Mom, MakesGuestsSwapOnACriticalHost) {
  RuleHost h = host(100 * kGib, 4 * kGib, {vm(0, 8 * kGib, 7.8 * kGib), vm(1, 8 * kGib, 8 * kGib)});
  mom_rule({})->decide(h);
  EXPECT_NEAR(h.vms[0].target, 8 * kGib * (1 - 0.035), 1);
  EXPECT_NEAR(h.vms[1].target, 8 * kGib * (1 - 0.01), 1);
}

TEST(Mom, GrowsAnIdleGuestOnARoomyHost) {
  RuleHost h = host(64 * kGib, 19.2 * kGib, {vm(0, 4 * kGib, kGib)});
  mom_rule({})->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib * 1.05);
}

TEST(Mom, LooksAtTheMeanOfHundredAndFiftySeconds) {
  const auto rule = mom_rule({});
  RuleHost h = host(64 * kGib, 19.2 * kGib, {vm(0, 8 * kGib, 2 * kGib)});
  for (int i = 0; i < 10; ++i) rule->decide(h);
  // The host is full now; on average it is not for a while.
  h.available = 0;
  int rounds = 0;
  while (h.vms[0].target >= 8 * kGib && rounds < 20) {
    rule->decide(h);
    ++rounds;
  }
  EXPECT_EQ(rounds, 4);  // 0.6 x 30 % is below 20 %
}

TEST(Squeezed, SharesByRangeAndIgnoresDemand) {
  RuleHost h = host(10 * kGib + 72, 8 * kGib, {vm(0, kGib, kGib, 5 * kGib), vm(1, kGib, 0, 9 * kGib)});
  squeezed_rule({})->decide(h);
  // 8 GiB for ranges of 4 and 8.
  EXPECT_NEAR(h.vms[0].target, kGib + 4 * kGib * 8 / 12, 1);
  EXPECT_NEAR(h.vms[1].target, kGib + 8 * kGib * 8 / 12, 1);
}

TEST(Squeezed, LeavesOutWhoDoesNotMoveForFiveSeconds) {
  const auto rule = squeezed_rule({});
  RuleHost h = host(8 * kGib + 72, 0, {vm(0, 6 * kGib, kGib), vm(1, 2 * kGib, kGib)});
  rule->decide(h);
  EXPECT_NEAR(h.vms[0].target, 4 * kGib, 1);
  // The first never moves, and so the second is granted nothing.
  const auto second_is_to_have = [&] {
    h.vms[1].target = 2 * kGib;
    h.now_s += 1;
    rule->decide(h);
    return h.vms[1].target;
  };
  for (int s = 1; s < 5; ++s) EXPECT_NEAR(second_is_to_have(), 4 * kGib, 1) << s;
  for (int s = 5; s < 10; ++s) EXPECT_NEAR(second_is_to_have(), 2 * kGib, 1) << s;
  EXPECT_NEAR(second_is_to_have(), 4 * kGib, 1);  // trusted anew
}

TEST(Qubes, GivesEverybodyItsPreferenceAndAShareOfAllThatIsLeft) {
  RuleHost h =
      host(64 * kGib, 32 * kGib, {vm(0, 2 * kGib, 2 * kGib, 64 * kGib), vm(1, 2 * kGib, kGib, 64 * kGib)});
  qubes_rule({})->decide(h);
  EXPECT_NEAR(h.vms[0].target, 2 * h.vms[1].target, 1);
  EXPECT_NEAR(h.vms[0].target + h.vms[1].target, 36 * kGib - 50, 40);
}

TEST(Qubes, WaitsBelowItsThresholds) {
  const auto rule = qubes_rule({});
  RuleHost h = host(8 * kGib, 50 + 140, {vm(0, 4 * kGib, 2 * kGib)});
  rule->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib);
  h.free = 50 + 170;
  rule->decide(h);
  EXPECT_GT(h.vms[0].target, 4 * kGib);
}

TEST(Qubes, HelpsAStarvingVmForLess) {
  RuleHost h = host(8 * kGib, 50 + 20, {vm(0, 4 * kGib, 3.8 * kGib)});
  qubes_rule({})->decide(h);
  EXPECT_NEAR(h.vms[0].target, 4 * kGib + 20, 1);
}

TEST(Qubes, HearsOfChangesOfThirtyMegabytesOnly) {
  const auto rule = qubes_rule({});
  RuleHost h = host(64 * kGib, 50, {vm(0, 4 * kGib, 2 * kGib), vm(1, 4 * kGib, 2 * kGib)});
  rule->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib);
  h.vms[0].free -= 25;
  rule->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib);
  h.vms[0].free -= 400;
  rule->decide(h);
  EXPECT_GT(h.vms[0].target, h.vms[1].target);
}

TEST(Qubes, CutsDonorsBeforeItGivesTheirMemoryAway) {
  RuleHost h = host(8 * kGib, 50, {vm(0, 4 * kGib, kGib), vm(1, 2 * kGib, 4 * kGib)});
  qubes_rule({})->decide(h);
  EXPECT_NEAR(h.vms[0].target, 1.3 * kGib, 1);
  EXPECT_NEAR(h.vms[1].target, 2 * kGib, 1);
}

TEST(Senpai, ProbesByOnePerCentEverySixSeconds) {
  const auto rule = senpai_rule({});
  RuleHost h = host(64 * kGib, 32 * kGib, {vm(0, 4 * kGib, 2 * kGib)});
  for (int s = 0; s < 6; ++s) {
    rule->decide(h);
    EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib) << s;
    arrive(h, 1);
  }
  rule->decide(h);
  EXPECT_DOUBLE_EQ(h.vms[0].target, 4 * kGib * 0.99);
}

TEST(Senpai, BacksOffWhenTheGuestStallsTheMoreTheLonger) {
  const auto grown = [](double stall_us) {
    const auto rule = senpai_rule({});
    RuleHost h = host(64 * kGib, 32 * kGib, {vm(0, 2 * kGib, 2 * kGib)});
    rule->decide(h);
    h.now_s += 1;
    h.vms[0].psi_us = stall_us;
    rule->decide(h);
    return h.vms[0].target / (2 * kGib) - 1;
  };
  EXPECT_DOUBLE_EQ(grown(9'000), 0);
  EXPECT_NEAR(grown(20'000), 0.01, 1e-6);
  EXPECT_NEAR(grown(100'000), 0.25, 1e-6);
  EXPECT_NEAR(grown(900'000), 1, 1e-6);
}

TEST(Equal, SeesWhatTheGuestReallyNeeds) {
  // Full of cache that nobody comes back to: every peer's own sense says "uses all", ours says 1 GiB.
  RuleVm cached = vm(0, 6 * kGib, kGib);
  cached.free = 100;
  cached.cache = 0;
  cached.committed = 6 * kGib;
  const auto targets = [&](const std::unique_ptr<Rule>& rule, double left) {
    RuleHost h = host(10 * kGib, left, {cached});
    for (int i = 0; i < 1000; ++i) {
      rule->decide(h);
      h.now_s += rule->period_s();
    }
    return h.vms[0].target;
  };
  EXPECT_LT(targets(hyperv_rule(hyperv_equal()), 4 * kGib), targets(hyperv_rule({}), 4 * kGib));
  EXPECT_LT(targets(qubes_rule(qubes_equal()), 4 * kGib), targets(qubes_rule({}), 4 * kGib));
  EXPECT_LT(targets(mom_rule({.equal = true}), 0.2 * kGib), targets(mom_rule({}), 0.2 * kGib));
  EXPECT_LT(targets(squeezed_rule(squeezed_equal()), 4 * kGib), targets(squeezed_rule({}), 4 * kGib));
}

TEST(Tunables, StartWithinTheirRangesAndMakePolicies) {
  for (const Tunable& t : tunables()) {
    std::vector<double> values;
    for (const Constant& c : t.constants) {
      EXPECT_LE(c.low, c.value) << t.policy << " " << c.name;
      EXPECT_GE(c.high, c.value) << t.policy << " " << c.name;
      EXPECT_TRUE(!c.log || c.low > 0) << t.policy << " " << c.name;
      values.push_back(c.value);
    }
    EXPECT_NE(t.make(values), nullptr) << t.policy;
  }
}

}  // namespace
}  // namespace aerostat::sim
