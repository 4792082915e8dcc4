// One VM's mind: what it learns from evidence, and what it makes of orders.
#include "policy/mind.h"

#include <gtest/gtest.h>

#include "policy/test_start.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
const Profile& balanced() { return profile(ProfileName::Balanced); }

// A VM of 1 GiB that may have 4.
struct Learner {
  Mind mind;
  TimePoint now = kStart;
  Evidence evidence;

  Learner() {
    evidence.source = Source::LinuxService;
    evidence.has = {1_GiB, 4_GiB, true};
    evidence.due = 1_GiB;
    evidence.grain = 2_MiB;
  }
  bool hear(Bytes need, Duration after = 1s) {
    now += after;
    evidence.sample.emplace();
    evidence.sample->total = evidence.has.assigned;
    evidence.sample->available = evidence.has.assigned - need;
    evidence.sampled_at = now;
    return learn(mind, evidence, balanced(), now);
  }
  bool hear_nothing(Duration after) {
    now += after;
    evidence.sample.reset();
    return learn(mind, evidence, balanced(), now);
  }
  VmView view() const {
    VmView out;
    out.target = out.assigned = evidence.has.assigned;
    show(mind, now, out);
    return out;
  }
};

TEST(Mind, ShowsNothingBeforeItKnowsSomething) {
  const Learner web;
  EXPECT_FALSE(web.view().demand);
  EXPECT_FALSE(web.view().since_grow);
  EXPECT_EQ(above_use(web.mind, 1_GiB), 0_MiB);
}

TEST(Mind, ShowsWhatItBelieves) {
  Learner web;
  EXPECT_TRUE(web.hear(400_MiB));
  EXPECT_EQ(web.view().demand, 400_MiB);
  EXPECT_EQ(web.view().available, 624_MiB);
  EXPECT_EQ(above_use(web.mind, 1_GiB), 624_MiB);
  VmView disbelieved;
  disbelieved.keeps = 0_MiB;
  show(web.mind, web.now, disbelieved);
  EXPECT_FALSE(disbelieved.demand);
}

TEST(Mind, DoubtsARiseWhileMemoryLeavesUntilSilenceSaysThatItStands) {
  Learner web;
  web.hear(400_MiB);
  web.evidence.gives = true;
  EXPECT_FALSE(web.hear(500_MiB, 50ms));
  EXPECT_EQ(web.view().demand, 400_MiB);
  web.hear_nothing(kSilenceTellsGiving / 2);
  EXPECT_EQ(web.view().demand, 400_MiB);
  web.hear_nothing(kSilenceTellsGiving);
  EXPECT_EQ(web.view().demand, 500_MiB);
}

TEST(Mind, BelievesTheLastWordOfOneThatFellSilent) {
  Learner web;
  web.hear(400_MiB);
  web.evidence.gives = true;
  web.hear(500_MiB, 50ms);
  believe_last_word(web.mind);
  EXPECT_EQ(web.view().demand, 500_MiB);
}

TEST(Mind, BelievesStatisticsAtOnceBecauseTheyAreHeardSoSeldom) {
  Learner web;
  web.evidence.source = Source::BalloonStats;
  web.hear(400_MiB);
  web.evidence.gives = true;
  EXPECT_TRUE(web.hear(500_MiB, 50ms));
}

TEST(Mind, StartsAnewWithAnotherSource) {
  Learner web;
  for (int i = 0; i < 20; ++i) web.hear(i % 2 == 0 ? 300_MiB : 600_MiB);
  const Bytes learned = web.view().headroom;
  web.evidence.source = Source::BalloonStats;
  web.hear(300_MiB);
  EXPECT_EQ(web.mind.source, Source::BalloonStats);
  EXPECT_NE(web.view().headroom, learned) << "rates across two sources mean nothing";
}

TEST(Mind, IsToldOfEachOrder) {
  Learner web;
  web.hear(400_MiB);
  Wish wish;
  wish.rule = Rule::ReturnIdle;
  wish.desired = 600_MiB;
  tell(web.mind, wish, 1_GiB, 900_MiB, true, web.now);
  EXPECT_EQ(web.mind.returns_to, 600_MiB);
  EXPECT_EQ(web.mind.floor.shrunk_from, 624_MiB) << "what it had above its use";
  web.now += 2s;
  EXPECT_EQ(web.view().since_shrink, 2s);
  wish.rule = Rule::Grow;
  tell(web.mind, wish, 900_MiB, 1_GiB, true, web.now);
  EXPECT_FALSE(web.mind.returns_to);
  EXPECT_EQ(web.view().since_grow, 0s);
  EXPECT_EQ(web.view().since_shrink, 2s);
}

TEST(Mind, LearnsNoFloorFromShrinksThatOthersNeededOrThatItIsNotToLearnFrom) {
  Learner web;
  web.hear(400_MiB);
  Wish wish;
  wish.rule = Rule::CutByWeight;
  tell(web.mind, wish, 1_GiB, 900_MiB, true, web.now);
  EXPECT_FALSE(web.mind.floor.shrunk_from);
  wish.rule = Rule::Yield;
  tell(web.mind, wish, 1_GiB, 900_MiB, false, web.now);
  EXPECT_FALSE(web.mind.floor.shrunk_from);
}

TEST(Mind, RestsNoHigherThanAChangeUnderWayEnds) {
  Learner web;
  web.hear(400_MiB);
  EXPECT_EQ(rest(web.mind, web.view(), true, balanced()), 1_GiB) << "nothing lay idle for long enough";
  EXPECT_FALSE(rest(web.mind, web.view(), false, balanced()));
  Wish wish;
  wish.rule = Rule::ReturnIdle;
  wish.desired = 600_MiB;
  tell(web.mind, wish, 1_GiB, 900_MiB, true, web.now);
  EXPECT_EQ(rest(web.mind, web.view(), true, balanced()), 600_MiB);
  web.now += kShrinkToBlame + 1s;
  EXPECT_EQ(rest(web.mind, web.view(), true, balanced()), 1_GiB) << "that change is over";
}

TEST(Mind, OfAGuestThatWasResetIsEmptyButForWhenItWasChanged) {
  Learner web;
  web.hear(400_MiB);
  Wish wish;
  wish.rule = Rule::Yield;
  tell(web.mind, wish, 1_GiB, 900_MiB, true, web.now);
  forget_guest(web.mind);
  EXPECT_FALSE(web.view().demand);
  EXPECT_FALSE(web.mind.floor.shrunk_from);
  EXPECT_EQ(web.mind.source, Source::None);
  EXPECT_TRUE(web.view().since_shrink);
}

}  // namespace
}  // namespace aerostat
