#include "research/two_thirds.h"

#include <gtest/gtest.h>

#include "sim/replay.h"
#include "sim/trace/generate.h"

namespace aerostat::sim {
namespace {

RuleHost host_with(double need, double target) {
  RuleVm vm;
  vm.reported = true;
  vm.maximum = 8192;
  vm.need = need;
  vm.target = vm.assigned = target;
  RuleHost host;
  host.block = 128;
  host.vms = {vm};
  return host;
}

TEST(TwoThirds, GrowsAtOnce) {
  RuleHost host = host_with(1000, 1200);
  two_thirds_rule()->decide(host);
  EXPECT_EQ(host.vms[0].target, 1500);
}

TEST(TwoThirds, ShrinksAfterFiveSeconds) {
  const auto rule = two_thirds_rule();
  RuleHost host = host_with(1000, 3000);
  for (host.now_s = 0; host.now_s < 5; host.now_s += rule->period_s()) {
    rule->decide(host);
    EXPECT_EQ(host.vms[0].target, 3000) << host.now_s;
  }
  rule->decide(host);
  EXPECT_EQ(host.vms[0].target, 1500);
}

TEST(TwoThirds, CostsAboutHalfOfANeedThatRests) {
  ReplayOptions options;
  options.host_memory = Bytes::mib(8192);
  const PolicyEntry entry{"two-thirds", "", [] { return std::make_unique<RulePolicy>(two_thirds_rule()); }};
  const Outcome outcome = replay(generate(Load::Steady, {.seconds = 300, .mean_mib = 2048}), entry, options);
  EXPECT_NEAR(outcome.waste(), 0.5, 0.1);
  EXPECT_EQ(outcome.sum.missing, 0);
  EXPECT_EQ(outcome.law_violations, 0u);
}

}  // namespace
}  // namespace aerostat::sim
