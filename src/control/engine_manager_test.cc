// What people ask of the engine: settings, the pause, and what it answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Settings minimum_of(Bytes minimum) {
  Settings out;
  out.mode = Mode::Dynamic;
  out.minimum = out.startup = minimum;
  return out;
}

TEST(Manager, TheGreatestNeedOfAVmIsKeptAlsoOfOneThatIsOnlyWatched) {
  World w(8_GiB);
  w.settings.kept["web"].mode = Mode::Static;
  w.add("web", 1_GiB);
  EXPECT_FALSE(w.vm("web").peak_demand);
  for (const Bytes need : {400_MiB, 700_MiB, 300_MiB}) {
    w.demands["web"] = need;
    w.run(20s);
  }
  EXPECT_EQ(w.vm("web").peak_demand, 700_MiB);
  EXPECT_NEAR(w.vm("web").watched_s.value_or(0), 60, 1);
}

TEST(Manager, APauseIsKeptAndOutlivesTheDaemon) {
  World before(4_GiB);
  before.engine.pause("test");
  EXPECT_TRUE(before.kept_pause);
  EngineOptions options = World::options(4_GiB, {});
  options.paused_since = WallTime{} + 1h;
  World w(options);
  w.add("web");
  w.demands["web"] = 380_MiB;
  w.run(3s);
  EXPECT_TRUE(w.machines["web"]->targets.empty());
  EXPECT_TRUE(w.engine.host().paused);
  EXPECT_EQ(w.engine.host().paused_since, options.paused_since);
  w.engine.resume("test");
  EXPECT_FALSE(w.kept_pause);
  EXPECT_FALSE(w.engine.host().paused_since);
  w.run(1s);
  EXPECT_FALSE(w.machines["web"]->targets.empty());
}

TEST(Manager, APauseThatCannotBeKeptIsOneAllTheSameAndSaysSo) {
  World w(4_GiB);
  w.settings.broken = true;
  w.engine.pause("test");
  EXPECT_TRUE(w.engine.host().paused);
  EXPECT_EQ(w.engine.host().note, "the disk is full");
  w.settings.broken = false;
  w.engine.resume("test");
  EXPECT_EQ(w.engine.host().note, "");
}

// The disk may take its time, and changes may follow each other.
TEST(Manager, AChangeIsInForceAndAnsweredWhenItIsKept) {
  World w(4_GiB);
  w.add("web");
  w.settings.later = true;
  std::vector<Bytes> answered;
  const auto change = [&](Bytes minimum) {
    Settings to;
    to.minimum = minimum;
    w.engine.set("web", {to}, false, "test", [&](Result<VmReport> made) {
      ASSERT_TRUE(made) << made.error().message;
      answered.push_back(made->limits.minimum);
    });
  };
  change(300_MiB);
  change(320_MiB);
  EXPECT_THAT(answered, IsEmpty());
  EXPECT_EQ(w.vm("web").limits.minimum, 256_MiB);
  w.settings.catch_up();
  EXPECT_THAT(answered, ElementsAre(300_MiB, 320_MiB));
  EXPECT_EQ(w.vm("web").limits.minimum, 320_MiB);
}

TEST(Manager, AChangeThatCannotBeKeptChangesNothing) {
  World w(4_GiB);
  w.add("web");
  w.settings.later = true;
  Settings to;
  to.minimum = 300_MiB;
  std::string refused;
  w.engine.set("web", {to}, false, "test", [&](Result<VmReport> made) { refused = made.error().message; });
  w.settings.broken = true;
  w.settings.catch_up();
  EXPECT_EQ(refused, "the disk is full");
  EXPECT_EQ(w.vm("web").limits.minimum, 256_MiB);
}

TEST(Manager, ARefusalNamesTheSettingThatMustChange) {
  World w(4_GiB);
  w.add("web");
  Settings to;
  to.maximum = 64_GiB;
  EXPECT_EQ(w.set("web", {to}, true).error().field, "maximum_bytes");
  to.maximum = 200_MiB;
  EXPECT_EQ(w.set("web", {to}, true).error().field, "minimum_bytes") << "256 MiB are the default";
  to = {};
  to.weight = -1;
  EXPECT_EQ(w.set("web", {to}, true).error().field, "weight");
}

TEST(Manager, WarnsOfSettingsForAVmThatNobodyHasSeen) {
  World w(4_GiB);
  w.add("web-1");
  Settings weight;
  weight.weight = 7;
  EXPECT_THAT(w.set("web-1", {weight}, false)->warnings, IsEmpty());
  const auto typo = w.set("wbe-1", {weight}, false);
  ASSERT_TRUE(typo) << "it may well come";
  EXPECT_THAT(typo->warnings,
              ElementsAre("no VM named 'wbe-1' was seen since aerostatd started; the settings wait "
                          "for it; did you mean 'web-1'?"));
  EXPECT_THAT(w.set("mail", {weight}, true)->warnings, ElementsAre(HasSubstr("the settings wait for it")));
  w.host.ended.insert(1);
  w.vanish("web-1", "the test ends it");
  EXPECT_THAT(w.set("web-1", {weight}, false)->warnings, IsEmpty()) << "it was seen, and is off";
}

TEST(Manager, ListsWhatIsOffWithWhatItsOwnerWrote) {
  World w(4_GiB);
  w.add("web");
  Settings change;
  change.minimum = 300_MiB;
  ASSERT_TRUE(w.set("db", {change}, false));
  ASSERT_TRUE(w.set("web", {change}, false));
  const std::vector<VmReport> off = w.engine.vms_off();
  ASSERT_EQ(off.size(), 1u);
  EXPECT_EQ(off[0].name, "db");
  EXPECT_EQ(off[0].status, Status::Off);
  EXPECT_EQ(off[0].limits.minimum, 300_MiB) << "though nobody wrote its startup";
  EXPECT_FALSE(off[0].assigned);
  EXPECT_THAT(w.engine.vm("db").error().message, HasSubstr("list --all"));
  EXPECT_THAT(w.engine.vm("wbe").error().message, HasSubstr("did you mean 'web'?"));
}

TEST(Manager, WarnsOfAMinimumThatTheHostCannotGiveAndNotesItWhileItLasts) {
  World w(1_GiB);
  w.settings.defaults.minimum = 384_MiB;
  w.add("a");
  w.add("b");
  w.demands = {{"a", 200_MiB}, {"b", 200_MiB}};
  w.run(1s);
  EXPECT_THAT(w.set("a", {minimum_of(500_MiB)}, true)->warnings, IsEmpty());
  const auto set = w.set("a", {minimum_of(800_MiB)}, false);
  ASSERT_TRUE(set);
  const std::string said =
      "its minimum of 800 MiB cannot be given: with all other VMs at their least 640 MiB are "
      "left for it";
  EXPECT_THAT(set->warnings, ElementsAre(said));
  w.run(2s);
  EXPECT_EQ(w.vm("a").note, said);
  EXPECT_THAT(w.set("off", {minimum_of(800_MiB)}, true)->warnings, ::testing::Contains(HasSubstr("800 MiB")));
  w.engine.reconfigure(2_GiB, {}, profile(ProfileName::Balanced));
  w.run(2s);
  EXPECT_EQ(w.vm("a").note, "");
  EXPECT_EQ(w.assigned("a"), 800_MiB);
}

TEST(Manager, AnOverCommitmentThatIsOverIsOver) {
  World w(1_GiB);
  w.add("a");
  w.add("b");
  w.run(1s);
  w.engine.reconfigure(512_MiB, {}, profile(ProfileName::Balanced));
  w.run(1s);
  EXPECT_EQ(w.engine.host().over_committed, 256_MiB);
  w.engine.reconfigure(2_GiB, {}, profile(ProfileName::Balanced));
  w.run(1s);
  EXPECT_EQ(w.engine.host().over_committed, 0_MiB);
  EXPECT_GT(w.engine.host().over_committed_passes, 0u);
}

TEST(Manager, EachChangeIsAnEventThatNamesWhoMadeIt) {
  World w(4_GiB);
  w.add("web");
  w.run(1s);
  SettingsChange change;
  change.to.mode = Mode::Static;
  ASSERT_TRUE(w.set("web", change, false));
  ASSERT_TRUE(w.engine.resize("web", 512_MiB, false, "user 1"));
  w.engine.pause("user 2");
  w.engine.resume("token ci");
  w.engine.token_changed(EventCode::TokenCreated, {"grafana", "read"}, "user 3");
  w.engine.token_changed(EventCode::TokenRevoked, {"grafana", ""}, "user 3");
  std::vector<std::string> told;
  for (const EventRecord& each : w.engine.events(0)) {
    if (!each.by.empty()) told.push_back(std::string(event_code(each.code)) + " by " + each.by);
  }
  EXPECT_THAT(
      told, ElementsAre("vm.settings by test", "vm.resized by user 1", "manager.paused by user 2",
                        "manager.resumed by token ci", "token.created by user 3", "token.revoked by user 3"));
  EXPECT_THAT(event_text(w.engine.events(0).back()), "the token 'grafana' counts no more");
}

TEST(Manager, ExplainsWantedByPartsThatSumUpToIt) {
  World w(4_GiB);
  w.settings.defaults.buffer_percent = 50;
  w.add("web");
  for (const Bytes need : {100_MiB, 300_MiB, 900_MiB}) {
    w.demands["web"] = need;
    w.run(1s);
    const DecisionRecord last = w.engine.explain("web", 1)->back();
    const Parts& parts = last.decision.ruling.wish.numbers.wanted;
    Bytes sum;
    for (std::size_t i = 0; i < kParts; ++i) sum += parts.of(static_cast<Part>(i));
    EXPECT_EQ(sum, last.wanted);
    EXPECT_EQ(parts.of(Part::Demand), last.demand);
    EXPECT_GT(parts.of(need == 100_MiB ? Part::Minimum : Part::Buffer), 0_MiB) << reason(last.decision);
  }
}

// A guest that lay below its mark for long, and had enough all the time by the host's own rule.
TEST(Manager, TimesNoGrowthFromAMarkThatMeantNothing) {
  World w(4_GiB);
  auto& web = w.add("web");
  const auto low_for = [&](Duration time, Bytes need) {
    w.guest("web").s.low_since = w.clock.now() - time;
    w.report("web", need);
  };
  for (Duration low{0}; low < 10s; low += 100ms) {
    w.clock.advance(100ms);
    low_for(low, 100_MiB);
  }
  web.obedient = false;
  w.clock.advance(100ms);
  low_for(10s, 372_MiB);
  w.engine.pass();
  w.clock.advance(60ms);
  web.arrive();
  w.report("web", 372_MiB);
  ASSERT_EQ(w.engine.reactions().size(), 1u);
  EXPECT_EQ(w.engine.reactions()[0].total_ms, 60);
}

TEST(Manager, TimesNoGrowthThatNobodyNeeded) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 100_MiB;
  w.run(1s);
  ASSERT_TRUE(w.set("web", {minimum_of(1_GiB)}, false));
  w.run(2s);
  EXPECT_EQ(w.assigned("web"), 1_GiB);
  for (const Reaction& reaction : w.engine.reactions())
    EXPECT_LE(reaction.total_ms.value(), 0) << "no want, no time";
  EXPECT_THAT(w.engine.reactions(), IsEmpty());
}

TEST(Manager, ADryRunTellsWhatWouldBeAskedOfTheVmAtOnce) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 100_MiB;
  w.run(10s);
  const Bytes before = w.assigned("web");
  const std::size_t orders = w.machines.at("web")->targets.size();
  const VmReport foreseen = w.set("web", {minimum_of(1_GiB)}, true).value();
  EXPECT_EQ(foreseen.target, 1_GiB);
  EXPECT_EQ(foreseen.wanted, 1_GiB);
  EXPECT_EQ(foreseen.assigned, before);
  EXPECT_EQ(w.machines.at("web")->targets.size(), orders) << "nothing was asked for";
  w.run(1s);
  EXPECT_EQ(w.assigned("web"), before);
  ASSERT_TRUE(w.set("web", {minimum_of(1_GiB)}, false));
  w.run(250ms);
  EXPECT_EQ(w.assigned("web"), foreseen.target) << "as it was told";
}

TEST(Manager, ADryRunKnowsWhatTheHostCannotGive) {
  World w(1_GiB);
  w.add("web");
  w.add("db");
  w.demands = {{"web", 150_MiB}, {"db", 150_MiB}};
  w.run(10s);
  const VmReport foreseen = w.set("web", {minimum_of(1_GiB)}, true).value();
  EXPECT_LT(foreseen.target.value(), 1_GiB);
  w.engine.pause("test");
  EXPECT_EQ(w.set("web", {minimum_of(1_GiB)}, true)->target, w.vm("web").target) << "a pause moves nothing";
}

}  // namespace
}  // namespace aerostat
