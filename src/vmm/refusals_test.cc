#include "vmm/refusals.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace std::chrono_literals;

TEST(Refusals, ADeviceIsLeftAloneTwiceAsLongEachTime) {
  Refusals refusals;
  TimePoint now{};
  for (const Duration wait :
       {Duration(500ms), Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(10s)}) {
    refusals.refused(true, "no", now);
    EXPECT_FALSE(refusals.may_ask(true, now + wait - 1ms));
    EXPECT_TRUE(refusals.may_ask(true, now + wait));
    EXPECT_TRUE(refusals.may_ask(false, now)) << "the other device was not refused";
    EXPECT_EQ(refusals.until_again(60s, now), wait);
  }
  refusals.forget(true);
  EXPECT_TRUE(refusals.may_ask(true, now));
  EXPECT_EQ(refusals.until_again(60s, now), Duration(60s));
}

TEST(Refusals, AreSaidUntilTheyAreOver) {
  Refusals refusals;
  MachineFacts facts;
  EXPECT_TRUE(refusals.refused(false, "no", {}));
  EXPECT_FALSE(refusals.refused(false, "no", {})) << "the same again";
  refusals.say(facts, {});
  EXPECT_EQ(facts.refusal, "no");
  EXPECT_TRUE(facts.backs_off);
  refusals.say(facts, TimePoint(1s));
  EXPECT_EQ(facts.refusal, "no");
  EXPECT_FALSE(facts.backs_off);
  refusals.say(facts, TimePoint(1s + kRefusedMost));
  EXPECT_EQ(facts.refusal, "");
  EXPECT_TRUE(refusals.refused(false, "no", TimePoint(20s))) << "it is news again";
}

}  // namespace
}  // namespace aerostat
