// Replays whose outcome is known beforehand.
#include "sim/replay.h"

#include <gtest/gtest.h>

#include <utility>

#include "base/log.h"
#include "research/oracle_replay.h"
#include "research/policies.h"
#include "sim/trace/generate.h"

namespace aerostat::sim {
namespace {

class Replay : public ::testing::Test {
 protected:
  Replay() {
    set_log_level(LogLevel::Error);
    options.host_memory = Bytes::mib(16 * 1024);
  }
  Outcome run(const Trace& trace, const std::string& name) const {
    return replay(trace, **registry.find(name), options);
  }

  Registry registry = builtin_policies();
  ReplayOptions options;
};

TEST_F(Replay, ConstantNeedIsMetAndEverybodyComesToRest) {
  std::vector<Row> rows;
  for (int s = 0; s <= 600; ++s) rows.push_back({static_cast<double>(s), 2000, 0});
  const Trace trace = *Trace::of("a", rows);
  for (const char* name : {"aerostat", "plain", "static", "oracle"}) {
    const Outcome o = run(trace, name);
    EXPECT_EQ(o.violation(), 0) << name;
    EXPECT_EQ(o.law_violations, 0u) << name;
    EXPECT_NEAR(o.sum.need, 2000 * 540, 2000) << name;
  }
  EXPECT_NEAR(run(trace, "oracle").waste(), 48.0 / 2000, 1e-4);  // 16 blocks are 2048
  EXPECT_EQ(run(trace, "aerostat").sum.reversals, 0);
}

// Wherever it lies within a block, and whatever of a guest's ways to count its memory is in the way.
TEST_F(Replay, AConstantNeedIsLeftAloneInEveryGuest) {
  for (const Physics& physics : {Physics{}, debian_guest()}) {
    for (const double block : {2.0, 128.0}) {
      options.physics = physics;
      options.physics.block_mib = block;
      for (double mib = 500; mib < 8400; mib += 131) {
        std::vector<Row> rows;
        for (int s = 0; s <= 600; s += 10)
          rows.push_back({static_cast<double>(s), static_cast<float>(mib), 0});
        const Outcome o = run(*Trace::of("a", rows), "aerostat");
        EXPECT_LE(o.sum.changes, 5) << mib << " MiB, blocks of " << block
                                    << (physics.zones ? ", Debian" : "");
      }
    }
  }
}

// Cache that seems forgotten and is not: doubted a little at a time, however fast the device is.
TEST_F(Replay, AFastDeviceTakesNotMuchOfACacheBeforeItIsMissed) {
  options.physics.block_mib = 2;
  options.physics.unplug_mib_s = options.physics.inflate_mib_s = 20'000;
  std::vector<Row> rows;
  for (int s = 0; s <= 900; s += 10) rows.push_back({static_cast<double>(s), 2700, 2000});
  const Outcome o = run(*Trace::of("a", rows), "aerostat-dense");
  EXPECT_LE(o.sum.worst_mib, 40);
  EXPECT_GT(o.sum.worst_mib, 0) << "nothing was doubted, and this test shows nothing";
}

// Each change takes as much again as went already while nothing is missed, and the last ones what is left.
TEST_F(Replay, ACacheThatIsForgottenGoesInFewChanges) {
  options.physics.block_mib = 2;
  options.hot_cache = 0;
  Frame last;
  options.frames = [&](const Frame& frame) { last = frame; };
  std::vector<Row> rows;
  for (int s = 0; s <= 900; s += 10) rows.push_back({static_cast<double>(s), 2700, 2000});
  const Outcome o = run(*Trace::of("a", rows), "aerostat-dense");
  EXPECT_LE(o.sum.changes, 30);
  EXPECT_LE(o.ratio(o.sum.held), 1.6);
  EXPECT_LE(last.assigned, 700 * 1.15) << "nothing of it is kept in the end";
}

TEST_F(Replay, TimeInWhichNobodyLivesTakesNone) {
  Trace trace;
  for (const double from : {0.0, 3e9}) {
    const std::string name = from == 0 ? "a" : "b";
    for (const double at : {0.0, 200.0}) ASSERT_TRUE(trace.add(name, {from + at, 500, 0}, 2048));
  }
  const Outcome out = run(trace, "aerostat");
  ASSERT_EQ(out.vms.size(), 2u);
  EXPECT_NEAR(out.vms[1].totals.seconds, out.vms[0].totals.seconds, 0.2);
  EXPECT_GT(out.vms[1].totals.seconds, 100);
}

// It would go through 3e9 s in steps of 0.05 s, which takes longer than a test may.
TEST_F(Replay, TheOracleDoesNotWalkThroughEmptyTimeEither) {
  Trace near, far;
  for (const auto& [trace, from] : {std::pair{&near, 300.02}, std::pair{&far, 3e9 + 0.02}}) {
    for (const double at : {0.0, 200.0}) ASSERT_TRUE(trace->add("a", {at, 500, 0}, 2048));
    for (const double at : {0.0, 200.0}) ASSERT_TRUE(trace->add("b", {from + at, 700, 0}, 2048));
  }
  std::size_t of_b = 0;
  options.frames = [&](const Frame& frame) { of_b += frame.vm == 1 ? 1 : 0; };
  const Outcome close = run(near, "oracle");
  const std::size_t frames = std::exchange(of_b, 0);
  const Outcome apart = run(far, "oracle");
  EXPECT_EQ(apart.peak_assigned_mib, close.peak_assigned_mib);
  EXPECT_NEAR(apart.sum.waste, close.sum.waste, 1);
  EXPECT_NEAR(static_cast<double>(of_b), static_cast<double>(frames), 1);
  EXPECT_GT(frames, 100u);
}

TEST_F(Replay, TheOracleIsNeverBeaten) {
  for (const Load load : {Load::Farm, Load::Bursty, Load::Builds, Load::Leak}) {
    const Trace trace = generate(load, {.seconds = 400, .mean_mib = 1024});
    const double best = oracle_score(replay_oracle(trace, options), options.prices);
    for (const PolicyEntry& entry : registry.all()) {
      const Outcome o = replay(trace, entry, options);
      EXPECT_EQ(o.law_violations, 0u) << entry.name;
      EXPECT_GE(o.score(options.prices), best * 0.999) << entry.name << " on " << load_name(load);
    }
  }
}

TEST_F(Replay, FramesCoverTheWholeTraceAndMeetTheNeed) {
  const Trace trace = *Trace::of("a", {{0, 1000, 0}, {200, 1000, 0}});
  std::vector<Frame> frames;
  options.frames = [&](const Frame& frame) { frames.push_back(frame); };
  run(trace, "aerostat");
  ASSERT_GT(frames.size(), 190u);
  EXPECT_GE(frames.back().at, 198);
  for (const Frame& frame : frames) {
    EXPECT_EQ(frame.need, 1000);
    EXPECT_GE(frame.committed, frame.assigned);
  }
}

TEST_F(Replay, TheSameSeedGivesTheSameOutcome) {
  const Trace trace = generate(Load::Farm, {.seconds = 200, .rows_s = 1.7, .mean_mib = 1024});
  options.sensor_error = 0.02;
  const double first = run(trace, "aerostat").score(options.prices);
  EXPECT_EQ(run(trace, "aerostat").score(options.prices), first);
  options.seed = 2;
  EXPECT_NE(run(trace, "aerostat").score(options.prices), first);
}

}  // namespace
}  // namespace aerostat::sim
