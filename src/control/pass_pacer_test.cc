#include "control/pass_pacer.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart{1000s};

// Runs each pass as soon as it is due, for a second; `wanting` wants one each so often.
int passes_in_a_second(std::optional<Duration> wanting) {
  PassPacer pacer(kStart);
  int passes = 0;
  TimePoint wants = kStart;
  for (TimePoint now = kStart; now < kStart + 1s; now += 1ms) {
    if (wanting && now >= wants) {
      pacer.want(now);
      wants += *wanting;
    }
    if (now < pacer.due()) continue;
    EXPECT_FALSE(pacer.begin(now));
    ++passes;
  }
  return passes;
}

TEST(PassPacer, RunsRegularPasses) { EXPECT_EQ(passes_in_a_second({}), 4); }

TEST(PassPacer, RunsNoMoreThanTwentyASecondHoweverOftenTheyAreWanted) {
  EXPECT_EQ(passes_in_a_second(1ms), 20);
  EXPECT_GE(passes_in_a_second(60ms), 16) << "one that is wanted less often is not put off";
}

TEST(PassPacer, RunsAtOnceWhatIsWantedAfterARest) {
  PassPacer pacer(kStart);
  pacer.begin(kStart);
  pacer.want(kStart + 70ms);
  EXPECT_EQ(pacer.due(), kStart + 70ms);
  pacer.begin(kStart + 70ms);
  pacer.want(kStart + 71ms);
  pacer.want(kStart + 90ms);
  EXPECT_EQ(pacer.due(), kStart + 120ms) << "one pass serves both";
  pacer.begin(kStart + 120ms);
  EXPECT_EQ(pacer.due(), kStart + 250ms) << "and nothing is left to do before the regular one";
}

TEST(PassPacer, ARegularPassNeedNotFollowAnotherAtOnce) {
  PassPacer pacer(kStart);
  pacer.begin(kStart);
  pacer.want(kStart + 245ms);
  pacer.begin(kStart + 245ms);
  EXPECT_EQ(pacer.due(), kStart + 295ms);
  EXPECT_FALSE(pacer.begin(kStart + 295ms));
  EXPECT_EQ(pacer.due(), kStart + 500ms) << "and the next one keeps its time";
}

TEST(PassPacer, LatePassesAreToldAndNotMadeUpFor) {
  PassPacer pacer(kStart);
  pacer.begin(kStart);
  EXPECT_TRUE(pacer.begin(kStart + 900ms));
  EXPECT_EQ(pacer.due(), kStart + 1000ms);
}

}  // namespace
}  // namespace aerostat
