#include "research/search.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/log.h"
#include "research/plain.h"
#include "research/tune.h"
#include "sim/trace/generate.h"

namespace aerostat::sim {
namespace {

const std::vector<Constant> kTwo = {{"a", 0, 10, 9}, {"b", 0.001, 1000, 0.002, true}};

TEST(Search, FindsAKnownOptimum) {
  const auto cost = [](const std::vector<double>& v) {
    return std::pow(v[0] - 3.7, 2) + std::pow(std::log10(v[1]) - 1, 2);
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const Found found = search(kTwo, cost, {.seed = seed, .tries = 200});
    EXPECT_NEAR(found.constants[0].value, 3.7, 0.15) << seed;
    EXPECT_NEAR(std::log10(found.constants[1].value), 1, 0.1) << seed;
    EXPECT_LE(found.tried, 200u);
  }
}

TEST(Search, FollowsAValleyThatIsNotAlongAConstant) {
  const auto cost = [](const std::vector<double>& v) {
    const double b = std::log10(v[1]);
    return std::pow(v[0] - 5 - b, 2) * 20 + std::pow(v[0] + b - 6, 2);
  };
  const Found found = search(kTwo, cost, {.tries = 300});
  EXPECT_LT(found.cost, 0.2);
}

TEST(Search, IsTheSameForTheSameSeed) {
  const auto cost = [](const std::vector<double>& v) {
    return std::sin(5 * v[0]) + std::cos(std::log(v[1]));
  };
  const Found a = search(kTwo, cost, {.seed = 7, .tries = 60});
  const Found b = search(kTwo, cost, {.seed = 7, .tries = 60});
  EXPECT_EQ(a.constants[0].value, b.constants[0].value);
  EXPECT_EQ(a.constants[1].value, b.constants[1].value);
}

TEST(Search, StaysInRangeAndIsNeverWorseThanTheStart) {
  const auto cost = [](const std::vector<double>& v) {
    EXPECT_GE(v[0], 0);
    EXPECT_LE(v[0], 10);
    EXPECT_GE(v[1], 0.001);
    EXPECT_LE(v[1], 1000);
    return v[0] == 9 && v[1] == 0.002 ? -1 : v[0] * v[1];
  };
  const Found found = search(kTwo, cost, {.tries = 100});
  EXPECT_EQ(found.cost, -1);
  EXPECT_EQ(found.cost_at_start, -1);
}

TEST(Search, EndsWhenThereIsNothingNewToTry) {
  const std::vector<Constant> coarse = {{"a", 10, 12, 11}};  // two digits: 10, 11 or 12
  const Found found = search(coarse, [](const std::vector<double>& v) { return -v[0]; }, {.tries = 1000});
  EXPECT_EQ(found.constants[0].value, 12);
  EXPECT_LE(found.tried, 3u);
}

TEST(Tune, MakesABadPlainBetter) {
  set_log_level(LogLevel::Error);
  Lessons lessons;
  lessons.push_back(lesson("bursty", generate(Load::Bursty, {.seconds = 300, .mean_mib = 2048}), 1.25, {}));
  Tunable plain = plain_tunable();
  for (Constant& c : plain.constants) {
    if (c.name == "share") c.value = 0.5;
    if (c.name == "hold_s") c.value = 60;
  }
  const Found found = tune(plain, lessons, {.search = {.tries = 40}});
  EXPECT_LT(found.cost, 0.6 * found.cost_at_start);
}

TEST(Tune, ALimitOfResizesCosts) {
  set_log_level(LogLevel::Error);
  Lessons lessons;
  lessons.push_back(lesson("farm", generate(Load::Farm, {.seconds = 300, .mean_mib = 2048}), 1.25, {}));
  Tunable plain = plain_tunable();
  const Found free = tune(plain, lessons, {.search = {.tries = 60}});
  const Found limited = tune(plain, lessons, {.search = {.tries = 60}, .most_resizes = 60});
  const auto resizes = [&](const Found& found) {
    std::vector<double> values;
    for (const Constant& c : found.constants) values.push_back(c.value);
    return marks({"", "", [&] { return plain.make(values); }}, lessons).resizes;
  };
  EXPECT_LT(resizes(limited), resizes(free));
  EXPECT_LE(resizes(limited), 120);
}

TEST(Tune, WhatIsLeftOutChoosesNothing) {
  set_log_level(LogLevel::Error);
  Lessons lessons;
  const auto add = [&](const std::string& name, Load load, double seconds) {
    lessons.push_back(lesson(name, generate(load, {.seconds = seconds, .mean_mib = 2048}), 1.25, {}));
  };
  add("farm", Load::Farm, 200);
  add("leak", Load::Leak, 200);
  add("farm again", Load::Farm, 300);
  lessons.back().family = "farm";
  const TuneOptions options{.search = {.tries = 30}};
  const std::vector<LeftOut> out = leave_out(plain_tunable(), lessons, options);
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].family, "farm");
  EXPECT_EQ(out[0].chosen.scores.size(), 2u) << "a family is left out whole";
  Lessons only_leak;
  only_leak.push_back(lesson("leak", generate(Load::Leak, {.seconds = 200, .mean_mib = 2048}), 1.25, {}));
  const Found found = tune(plain_tunable(), only_leak, options);
  for (std::size_t i = 0; i < found.constants.size(); ++i)
    EXPECT_EQ(out[0].found.constants[i].value, found.constants[i].value) << found.constants[i].name;
}

TEST(Tune, TimeThatIsNearlyEmptyCosts) {
  set_log_level(LogLevel::Error);
  Lessons lessons;
  lessons.push_back(lesson("farm", generate(Load::Farm, {.seconds = 300, .mean_mib = 2048}), 1.25, {}));
  const Tunable plain = plain_tunable();
  const auto emptiness = [&](double most) {
    const Found found = tune(plain, lessons, {.search = {.tries = 60}, .most_near_empty = most});
    std::vector<double> values;
    for (const Constant& c : found.constants) values.push_back(c.value);
    return marks({"", "", [&] { return plain.make(values); }}, lessons).near_empty;
  };
  EXPECT_LT(emptiness(0.001), 0.5 * emptiness(0));
}

TEST(Tune, AHostHoldsWhatAllNeedAtOneTime) {
  Trace trace;
  for (const double at : {0.0, 10.0, 20.0}) {
    ASSERT_TRUE(trace.add("a", {at, at == 0 ? 1000.0F : 100.0F, 0}, 0));
    ASSERT_TRUE(trace.add("b", {at, at == 20 ? 1000.0F : 100.0F, 0}, 0));
  }
  EXPECT_NEAR(peak_together(trace), 1100, 1);
  EXPECT_EQ(lesson("ab", std::move(trace), 2, {}).options.host_memory, Bytes::mib(2304));
}

}  // namespace
}  // namespace aerostat::sim
