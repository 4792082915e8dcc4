#include "policy/trials.h"

#include <gtest/gtest.h>

#include <cmath>

namespace aerostat {
namespace {

constexpr Costs kTrialsCosts{.missing = 100, .plugged = 4, .change = 256};
constexpr double kTrialsBlock = 128;

// A VM whose memory is held on paper only.
struct Held {
  TimePoint at{std::chrono::hours(1)};
  Past past;
  Trials trials;
  double need = 4096;
  double room = 12;
  bool may_find = true;
  int moves = 0;

  Held() {
    past.begin(at, need);
    trials.begin(in_blocks(need + room, kTrialsBlock), need);
  }
  void see(double now) {
    at += std::chrono::milliseconds(100);
    const bool rested = past.note(at, need, now);
    const Need about{.now = now, .room = room, .block = kTrialsBlock};
    const Step step{.before = need, .dt = 0.1, .ordered = 0, .rested = rested, .may_find = may_find};
    moves += trials.advance(past, about, step, kTrialsCosts) ? 1 : 0;
    need = now;
  }
  // 1.5 GiB more for 5 s, again and again.
  void come_and_go(double for_s, double period_s) {
    for (double t = 0; t < for_s; t += 0.1) see(std::fmod(t, period_s) < 5 ? 5632 : 4096);
  }
};

TEST(Trials, BeginWithTheFirstWay) { EXPECT_EQ(&Held().trials.way(), &kWays.front()); }

TEST(Trials, FindMorePatienceForAVmThatComesBackSoon) {
  Held soon;
  soon.come_and_go(300, 9);
  Held late;
  late.come_and_go(300, 75);
  EXPECT_GT(soon.trials.way().patience, late.trials.way().patience);
}

TEST(Trials, FindNothingWhereTheyMayNot) {
  Held may;
  may.come_and_go(300, 9);
  Held may_not;
  may_not.may_find = false;
  may_not.come_and_go(300, 9);
  EXPECT_NE(&may.trials.way(), &kWays.front());
  EXPECT_EQ(&may_not.trials.way(), &kWays.front());
}

TEST(Trials, TellWhenTheRulingWayMoves) {
  Held vm;
  vm.room = 200;
  vm.see(4096);
  EXPECT_EQ(vm.moves, 1) << "so much room was not there";
  vm.see(4096);
  EXPECT_EQ(vm.moves, 1);
}

}  // namespace
}  // namespace aerostat
