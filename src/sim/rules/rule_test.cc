// The driver between a rule and the virtual host: what a rule may write, and what becomes of it.
#include "sim/rules/rule.h"

#include <gtest/gtest.h>

#include <functional>

#include "sim/replay.h"

namespace aerostat::sim {
namespace {

struct Shape {
  double period = 0.1, grain = 0;
  bool hears = false;
};

class Scripted final : public Rule {
 public:
  Scripted(Shape shape, std::function<void(RuleHost&)> decide) : shape_(shape), decide_(std::move(decide)) {}
  double period_s() const override { return shape_.period; }
  bool hears() const override { return shape_.hears; }
  double grain_mib(double block) const override { return shape_.grain > 0 ? shape_.grain : block; }
  void decide(RuleHost& host) override { decide_(host); }

 private:
  Shape shape_;
  std::function<void(RuleHost&)> decide_;
};

// `vms` of 1000 MiB for 100 s, on a host of `memory`.
Outcome run(const Shape& shape, std::size_t vms, Bytes memory, const std::function<void(RuleHost&)>& decide) {
  Trace trace;
  for (const double at : {0.0, 100.0}) {
    for (std::size_t i = 0; i < vms; ++i)
      EXPECT_TRUE(trace.add(std::string("vm") + std::to_string(i), {at, 1000, 0}, 0));
  }
  ReplayOptions options;
  options.host_memory = memory;
  return replay(trace,
                {"scripted", "",
                 [&] { return std::make_unique<RulePolicy>(std::make_unique<Scripted>(shape, decide)); }},
                options);
}

TEST(Rule, SeesItsVmsAsADaemonWould) {
  RuleVm seen;
  double capacity = 0;
  run({}, 1, Bytes::mib(4096), [&](RuleHost& host) {
    seen = host.vms.at(0);
    capacity = host.capacity;
  });
  EXPECT_TRUE(seen.reported);
  EXPECT_EQ(capacity, 4096);
  EXPECT_EQ(seen.startup, 1280);  // need and a buffer of 20 %, in whole blocks
  EXPECT_EQ(seen.assigned, 1280);
  EXPECT_EQ(seen.total, 1280);
  // Two blocks were plugged above the GiB it booted with; their page structures are in use.
  EXPECT_NEAR(seen.need, 1004, 1);
  EXPECT_NEAR(seen.free, 276, 1);
  EXPECT_GT(seen.committed, seen.need);
  EXPECT_LE(seen.age_s, 1.1);
}

TEST(Rule, TargetsAreRoundedUpToBlocksOrItsOwnGrain) {
  for (const double grain : {0.0, 1.0, 30.0}) {
    double asked = 0;
    run({.grain = grain}, 1, Bytes::mib(4096), [&](RuleHost& host) {
      asked = host.vms[0].target;
      host.vms[0].target = 1501;
    });
    EXPECT_EQ(asked, grain == 0 ? 1536 : grain == 1 ? 1501 : 1530) << grain;
  }
}

TEST(Rule, NobodyGetsMoreThanTheHostHasLeft) {
  double peak = 0;
  const Outcome outcome = run({}, 3, Bytes::mib(4096), [&](RuleHost& host) {
    for (RuleVm& vm : host.vms) vm.target = 1e9;
    peak = std::max(peak, host.capacity - host.free);
  });
  EXPECT_EQ(outcome.law_violations, 0u);
  EXPECT_LE(outcome.peak_assigned_mib, 4096);
  EXPECT_GT(outcome.peak_assigned_mib, 4096 - 128);
  EXPECT_EQ(peak, outcome.peak_assigned_mib);
}

TEST(Rule, NobodyIsAskedBelowItsMinimum) {
  double least = 1e9;
  const Outcome outcome = run({}, 1, Bytes::mib(4096), [&](RuleHost& host) {
    host.vms[0].target = -5;
    least = std::min(least, host.vms[0].assigned);
  });
  EXPECT_EQ(outcome.law_violations, 0u);
  EXPECT_GE(least, 128);
}

TEST(Rule, WhatIsNoNumberIsNotAskedFor) {
  const Outcome outcome =
      run({}, 1, Bytes::mib(4096), [](RuleHost& host) { host.vms[0].target = 0.0 / 0.0; });
  EXPECT_EQ(outcome.sum.changes, 0);
}

TEST(Rule, DecidesEveryPeriodAndOnReportsIfItHears) {
  int calls = 0;
  const auto count = [&](RuleHost&) { ++calls; };
  run({.period = 5}, 1, Bytes::mib(4096), count);
  EXPECT_NEAR(calls, 20, 1);
  calls = 0;
  // Need that rests is reported once a second.
  run({.period = 5, .hears = true}, 1, Bytes::mib(4096), count);
  EXPECT_NEAR(calls, 120, 10);
}

}  // namespace
}  // namespace aerostat::sim
