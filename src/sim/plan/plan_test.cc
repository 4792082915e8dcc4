// Plans are replayed before they are told: what they say holds, and one block or one VM more does not.
#include <gtest/gtest.h>

#include "base/log.h"
#include "research/policies.h"
#include "sim/plan/json.h"
#include "sim/plan/needs.h"
#include "sim/trace/generate.h"

namespace aerostat::sim {
namespace {

class Plans : public ::testing::Test {
 protected:
  Plans() { set_log_level(LogLevel::Error); }

  PolicyEntry policy(const std::string& name) const { return **registry.find(name); }
  std::string breaks(const Trace& trace, const std::string& name, Bytes host,
                     const PlanLimits& limits) const {
    ReplayOptions with = options;
    with.host_memory = host;
    return broken_limit(replay(trace, policy(name), with), limits);
  }

  Registry registry = builtin_policies();
  ReplayOptions options;
};

constexpr Bytes kBlock = Bytes::mib(128);

TEST_F(Plans, TheSmallestHostHoldsAndOneBlockLessDoesNot) {
  const Trace trace = generate(Load::Builds, {.seconds = 600, .rows_s = 0.5, .mean_mib = 1024});
  const PlanLimits limits{.violation = 0.01, .episode_s = 20};
  const SmallestHost host = smallest_host(trace, policy("aerostat"), options, limits, nullptr);
  ASSERT_TRUE(host.memory);
  EXPECT_EQ(breaks(trace, "aerostat", *host.memory, limits), "");
  EXPECT_NE(breaks(trace, "aerostat", *host.memory - kBlock, limits), "");
  EXPECT_FALSE(host.broken.empty());
}

TEST_F(Plans, AStricterLimitNeverAsksForLess) {
  const Trace trace = generate(Load::Builds, {.seconds = 600, .rows_s = 0.5, .mean_mib = 1024});
  Bytes before;
  for (const double violation : {0.2, 0.05, 0.01}) {
    const SmallestHost host = smallest_host(trace, policy("aerostat"), options,
                                            {.violation = violation, .episode_s = 3600}, nullptr);
    ASSERT_TRUE(host.memory) << violation;
    EXPECT_GE(*host.memory, before) << violation;
    before = *host.memory;
  }
  EXPECT_GT(before, kBlock);
}

TEST_F(Plans, ALimitThatNoHostKeepsIsSaidToBeOutOfReach) {
  const Trace trace = generate(Load::Farm, {.seconds = 300, .mean_mib = 1024});
  const SmallestHost host =
      smallest_host(trace, policy("aerostat"), options, {.violation = -1, .episode_s = 2}, nullptr);
  EXPECT_FALSE(host.memory);
  EXPECT_FALSE(host.broken.empty());
  EXPECT_GE(host.largest, host.own_peaks);
}

Trace two_in_turn() {
  Trace out;
  for (int s = 0; s <= 200; ++s) {
    const auto need = [](bool high) { return high ? 1000.0F : 300.0F; };
    EXPECT_TRUE(out.add("a", {static_cast<double>(s), need(s < 100), 0}, 2048));
    EXPECT_TRUE(out.add("b", {static_cast<double>(s), need(s > 101), 0}, 2048));
  }
  return out;
}

TEST_F(Plans, TheYardsticksAreWhatCanBeWorkedOutByHand) {
  options.texture = Texture::Linear;
  const Trace trace = two_in_turn();
  const NeedsOfTrace needs = needs_of(trace, options);
  EXPECT_NEAR(needs.peaks[0], 1000, 0.01);
  EXPECT_NEAR(needs.together, 1300, 0.01);
  const SmallestHost host =
      smallest_host(trace, policy("static"), options, {.violation = 0.001, .episode_s = 2}, nullptr);
  EXPECT_EQ(host.maxima, Bytes::mib(4096));
  EXPECT_EQ(host.own_peaks, Bytes::mib(2048));
  EXPECT_EQ(host.together, Bytes::mib(1300));
}

TEST_F(Plans, AFleetTurnsEachHistoryAndKeepsItsLengthAndPeak) {
  const Trace trace = two_in_turn();
  const Fleet fleet = fleet_of(trace, options, 5, 7);
  ASSERT_EQ(fleet.trace.vms().size(), 5u);
  EXPECT_EQ(fleet.trace.vms()[0].name, "a#1");
  EXPECT_EQ(fleet.trace.vms()[4].name, "a#3");
  for (const VmTrace& vm : fleet.trace.vms()) {
    EXPECT_EQ(vm.first_s, 0) << vm.name;
    EXPECT_EQ(vm.last_s, 200) << vm.name;
    EXPECT_EQ(vm.peak_mib, 1000) << vm.name;
    EXPECT_EQ(vm.limit_mib, 2048) << vm.name;
    EXPECT_NEAR(vm.mean_mib(), 650, 20) << vm.name;
  }
  EXPECT_EQ(fleet_of(trace, options, 2, 7).trace.vms()[1].first_mib, fleet.trace.vms()[1].first_mib);
}

TEST_F(Plans, AFleetIsJoinedAsItsSourceIs) {
  for (const bool straight : {false, true}) {
    Trace trace;
    trace.set_straight(straight);
    for (const double at : {0.0, 100.0}) ASSERT_TRUE(trace.add("a", {at, 500, 0}, 2048));
    const Fleet fleet = fleet_of(trace, options, 2, 1);
    for (const VmTrace& vm : fleet.trace.vms()) EXPECT_EQ(vm.straight, straight) << vm.name;
  }
}

// Where one round ends and the next begins, times are the same only up to rounding.
TEST_F(Plans, AFleetOfShortLivesGoesRoundInOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Trace trace = generate(Load::Fleet, {.seed = seed, .seconds = 200, .vms = 7, .mean_mib = 512});
    EXPECT_EQ(fleet_of(trace, options, 14, seed).trace.vms().size(), 14u);
  }
}

TEST_F(Plans, SoManyVmsFitAsItSaysAndOneMoreDoesNot) {
  const Trace trace = generate(Load::Bursty, {.seconds = 240, .rows_s = 0.5, .mean_mib = 1024});
  options.host_memory = Bytes::mib(8192);
  const PlanLimits limits{.violation = 0.01, .episode_s = 20};
  const Density d = density(trace, policy("aerostat"), options, limits, 1, nullptr);
  ASSERT_EQ(d.fits.size(), 1u);
  const Fit fit = d.fits.front();
  EXPECT_GT(fit.policy, 0u);
  EXPECT_LE(fit.own_peaks, fit.pooled);
  EXPECT_FALSE(d.maxima) << "nobody gave these VMs a maximum";
  for (const std::size_t more : {0u, 1u}) {
    const Fleet fleet = fleet_of(trace, options, fit.policy + more, fit.seed);
    EXPECT_EQ(broken_limit(replay(fleet.trace, policy("aerostat"), fleet.options), limits).empty(), more == 0)
        << more;
  }
}

TEST_F(Plans, AdviceComesFromWhatWasSeenAndSaysSo) {
  const Trace trace = two_in_turn();
  const std::vector<Advice> advice = advice_for(trace, options);
  ASSERT_EQ(advice.size(), 2u);
  EXPECT_EQ(advice[0].minimum_mib, 256);   // 300, rounded down to blocks
  EXPECT_EQ(advice[0].maximum_mib, 1280);  // 1000 and 20 %, rounded up
  EXPECT_NE(advice[0].why_maximum.find("0:00:00 after its start"), std::string::npos)
      << advice[0].why_maximum;
  EXPECT_NE(advice[1].why_maximum.find("0:01:42 after its start"), std::string::npos)
      << advice[1].why_maximum;
}

TEST_F(Plans, ALimitThatWasReachedIsNotTakenForThePeak) {
  Trace trace;
  for (int s = 0; s < 100; ++s) ASSERT_TRUE(trace.add("a", {static_cast<double>(s), 1020, 0}, 1024));
  EXPECT_NE(advice_for(trace, options)[0].why_maximum.find("held it back"), std::string::npos);
}

}  // namespace
}  // namespace aerostat::sim
