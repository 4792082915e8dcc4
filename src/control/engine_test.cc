#include "control/engine.h"

#include <gtest/gtest.h>

#include <limits>

#include "control/fakes.h"
#include "control/sense.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

TEST(Engine, SpeaksToAServiceOnlyThroughItsVmsOwnProcess) {
  World w(4_GiB);
  w.add("web");
  EXPECT_EQ(w.guests.ports["web"].path, "/fake/web");
  EXPECT_EQ(w.guests.ports["web"].server, w.machines["web"]->f.pid);
}

TEST(Engine, GrowsAVmThatRunsLow) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 372_MiB;
  w.run(1s);
  EXPECT_GE(w.assigned("web"), 400_MiB);
  EXPECT_EQ(w.vm("web").status, Status::Ok);
  EXPECT_EQ(w.vm("web").grows, 1u);
}

TEST(Engine, AsksForAPassAtOnceWhenAGuestRunsLow) {
  World w(4_GiB);
  w.add("web");
  w.report("web", 100_MiB);
  EXPECT_EQ(w.passes_wanted, 0);
  w.clock.advance(100ms);
  w.report("web", 370_MiB);
  EXPECT_EQ(w.passes_wanted, 1);
}

TEST(Engine, MovesIdleMemoryToWhoNeedsIt) {
  World w(2560_MiB);
  w.add("web");
  w.add("db");
  w.demands = {{"web", 1400_MiB}, {"db", 150_MiB}};
  w.run(5s);
  EXPECT_GE(w.assigned("web"), 1424_MiB);
  w.demands = {{"web", 150_MiB}, {"db", 1400_MiB}};
  w.run(10s);
  EXPECT_GE(w.assigned("db"), 1424_MiB);
  EXPECT_EQ(w.engine.host().over_committed_passes, 0u);
}

TEST(Engine, LeavesAVmThatNobodyMadeDynamicAlone) {
  World w(4_GiB);
  w.settings.defaults.mode = std::nullopt;
  w.add("web");
  w.demands["web"] = 380_MiB;
  w.run(20s);
  EXPECT_TRUE(w.machines["web"]->targets.empty());
  EXPECT_EQ(w.vm("web").status, Status::Static);
}

TEST(Engine, HoldsAndNamesAVmWithoutAService) {
  World w(4_GiB);
  w.add("web");
  w.run(5s);
  EXPECT_EQ(w.vm("web").status, Status::Starting);
  w.run(kIntegrationWait);
  EXPECT_EQ(w.vm("web").status, Status::NoIntegration);
  EXPECT_TRUE(w.machines["web"]->targets.empty());
  EXPECT_EQ(w.engine.host().committed, 384_MiB);  // counted all the same
}

TEST(Engine, HoldsAndNamesASickGuest) {
  const std::pair<Service, Status> cases[] = {{Service::Unsupported, Status::NoIntegration},
                                              {Service::Faulty, Status::BadReports},
                                              {Service::Silent, Status::NotResponding}};
  for (const auto& [service, status] : cases) {
    World w(4_GiB);
    w.add("web");
    w.demands["web"] = 200_MiB;
    w.run(1s);
    w.demands.clear();
    w.guest("web").s.service = service;
    w.guest("web").s.note = "the reason";
    const auto before = w.machines["web"]->targets.size();
    w.run(1s);
    EXPECT_EQ(w.vm("web").status, status);
    EXPECT_EQ(w.vm("web").note.rfind("the reason", 0), 0u);
    EXPECT_EQ(w.machines["web"]->targets.size(), before);
  }
}

TEST(Engine, ManagesAnAgentlessGuestByItsBalloonStatistics) {
  World w(4_GiB);
  auto& machine = w.add("web");
  machine.f.agent_socket.reset();
  machine.f.has_balloon_stats = true;
  for (int i = 0; i < 5; ++i) {
    GuestSample s;
    s.total = machine.facts().assigned();
    s.available = machine.facts().assigned() - 370_MiB;
    machine.f.balloon_stats = s;
    machine.f.balloon_stats_at = w.clock.now();
    w.engine.machine_changed(machine.id());
    w.run(1s);
  }
  EXPECT_GT(w.assigned("web"), 400_MiB);
  EXPECT_EQ(w.vm("web").integration, "balloon statistics");
}

TEST(Engine, RefusesWithAReasonAndCountsARunOfRefusalsOnce) {
  World w(768_MiB);
  w.add("a");
  w.add("b");
  w.demands = {{"a", 380_MiB}, {"b", 380_MiB}};
  w.run(3s);
  EXPECT_EQ(w.vm("a").refusals, 1u);
  const auto decisions = w.engine.explain("a", 10).value();
  ASSERT_FALSE(decisions.empty());
  EXPECT_EQ(decisions.back().decision.rule(), Rule::Refused);
  EXPECT_NE(reason(decisions.back().decision).find("no more to give"), std::string::npos);
}

TEST(Engine, StartsALifeAnewAfterAReboot) {
  World w(4_GiB);
  auto& web = w.add("web");
  w.demands["web"] = 900_MiB;
  w.run(2s);
  w.demands.clear();
  ++web.f.resets;
  w.engine.machine_changed(web.id());
  EXPECT_EQ(w.vm("web").status, Status::Starting);
  EXPECT_FALSE(w.vm("web").demand) << "what it needed before its reboot says nothing now";
  EXPECT_EQ(web.facts().target(), 384_MiB) << "what it was asked to hold before its reboot is void";
}

TEST(Engine, MovesNothingWhilePaused) {
  World w(4_GiB);
  w.add("web");
  w.engine.pause("test");
  w.demands["web"] = 380_MiB;
  w.run(3s);
  EXPECT_TRUE(w.machines["web"]->targets.empty());
  w.engine.resume("test");
  w.run(1s);
  EXPECT_FALSE(w.machines["web"]->targets.empty());
}

TEST(Engine, TakesNoMoreThanWasDecidedWhateverAVmBootedWith) {
  World w(4_GiB);
  w.settings.defaults.minimum = Bytes::kib(700 * 1024 + 512);
  FakeMachine& machine = w.add("web", Bytes::kib(1000 * 1024 + 512));
  w.demands["web"] = 100_MiB;
  w.run(60s);
  ASSERT_FALSE(machine.targets.empty()) << "it gives what lies idle";
  for (const Bytes target : machine.targets) EXPECT_GE(target, *w.settings.defaults.minimum);
  EXPECT_LT(machine.targets.back(), 704_MiB);
}

TEST(Engine, TakesNothingWhereADriverWouldTakeMoreThanWasDecided) {
  World w(4_GiB);
  FakeMachine& machine = w.add("web", 1_GiB);
  machine.driver_grain = 600_MiB;
  w.demands["web"] = 400_MiB;
  w.run(60s);
  EXPECT_TRUE(machine.targets.empty()) << "600 MiB is the highest it could be set to below what it has";
  EXPECT_EQ(w.vm("web").status, Status::Ok);
}

TEST(Engine, GivesBackWhatHurtAndAvoidsTheLevelForAWhile) {
  World w(4_GiB);
  w.add("web", 1024_MiB);
  w.demands["web"] = 300_MiB;
  for (int i = 0; i < 80 && w.assigned("web") > 400_MiB; ++i) w.run(500ms);
  ASSERT_LT(w.assigned("web"), 400_MiB);
  w.run(250ms);  // it says so itself
  const Bytes level = w.assigned("web");
  // The guest begins to page although it says that there is room.
  GuestSample& s = *w.guest("web").s.sample;
  for (std::uint64_t i = 1; i <= 4; ++i) {
    w.clock.advance(250ms);
    s.swap_in_pages = i * 1000;
    w.guest("web").s.sampled_at = w.guest("web").s.received_at = w.clock.now();
    w.speak("web");
    w.engine.pass();
  }
  EXPECT_GE(w.assigned("web"), level + 100_MiB);
}

// 300 MiB in use and page cache that it never comes back to.
TEST(Engine, GoesOnToWhereAChangeInStepsWasToEnd) {
  int steps = 0;
  for (Bytes cache = 100_MiB; cache <= 700_MiB; cache += 20_MiB) {
    World w(4_GiB);
    w.add("web", 1024_MiB);
    for (int i = 0; i < 600; ++i) {
      w.clock.advance(250ms);
      w.report("web", 300_MiB, [cache](GuestSample& s) {
        s.active_file = std::min(cache, s.available.value());
        s.refault_file = 0;
      });
      w.engine.pass();
    }
    const std::vector<DecisionRecord> decisions = w.engine.explain("web", 200).value();
    for (const DecisionRecord& one : decisions) {
      if (one.decision.rule() != Rule::ReturnIdle || one.decision.to() <= one.decision.desired()) continue;
      ++steps;
      EXPECT_LE(w.assigned("web"), one.decision.desired()) << cache.to_mib() << " MiB";
    }
  }
  EXPECT_GE(steps, 20) << "little went in steps, and this shows nothing";
}

TEST(Engine, LetsTheGuestPrepareBeforeItShrinks) {
  World w(4_GiB);
  w.add("web", 1024_MiB);
  w.report("web", 200_MiB);
  w.guest("web").s.can_compact = true;
  w.demands["web"] = 200_MiB;
  for (int i = 0; i < 80 && w.guest("web").prepares == 0; ++i) w.run(500ms);
  EXPECT_EQ(w.guest("web").prepares, 1);
  EXPECT_EQ(w.assigned("web"), 1024_MiB);
  w.run(2s);
  EXPECT_LT(w.assigned("web"), 1024_MiB);
}

TEST(Engine, KeepsWhatIsReservedForAVmAboutToStart) {
  World w(2_GiB);
  w.add("web", 1024_MiB);
  w.demands["web"] = 1000_MiB;
  ASSERT_TRUE(w.engine.reserve({"new", 768_MiB}));
  EXPECT_EQ(w.engine.host().reserved, 768_MiB);
  w.demands["web"] = 1900_MiB;
  w.run(5s);
  EXPECT_LE(w.assigned("web"), 1280_MiB) << "it was given what another was promised";
  w.add("new", 768_MiB);
  EXPECT_EQ(w.engine.host().reserved, 0_MiB) << "it is there: what it holds is counted, not promised";
}

TEST(Engine, ReservesNothingThatCouldNeverBeFree) {
  World w(2_GiB);
  w.add("web", 1024_MiB);
  w.demands["web"] = 500_MiB;
  w.run(1s);
  const auto refused = w.engine.reserve({"new", 1920_MiB});
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("1.75 GiB would be left"), std::string::npos)
      << refused.error().message;
  EXPECT_TRUE(w.engine.reserve({"new", 1792_MiB})) << "all but its minimum";
  w.engine.release("new", "test");
  EXPECT_EQ(w.engine.host().reserved, 0_MiB);
}

TEST(Engine, CountsAVmWhoseMonitorNeverSpoke) {
  World w(4_GiB);
  auto& mute = w.add("mute");
  mute.f.known = false;
  mute.f.link = Link::Hung;
  mute.f.link_note = "accepts and never answers";
  w.host.resident_now = 700_MiB;
  w.run(1s);
  EXPECT_EQ(w.vm("mute").status, Status::NotResponding);
  EXPECT_EQ(w.vm("mute").committed, 700_MiB);
  EXPECT_FALSE(w.vm("mute").assigned) << "unknown is not zero";
}

TEST(Engine, CountsAVmThatFellMuteWithWhatItWasGivenBeforeTheDaemonDied) {
  HeldBook::All book;
  Bytes given;
  {
    World w(4_GiB);
    w.add("web");
    w.demands["web"] = 1200_MiB;
    w.run(3s);
    book = w.held.kept;
    given = w.assigned("web");
    ASSERT_GE(given, 1200_MiB);
  }
  World w(World::options(4_GiB, {}), book);
  auto machine = std::make_unique<fakes::FakeMachine>("web", 384_MiB, 1664_MiB);
  machine->f.known = false;
  machine->f.link = Link::Hung;
  auto& mute = w.appear(std::move(machine));
  w.host.resident_now = 100_MiB;
  w.run(1s);
  EXPECT_GE(w.vm("web").committed.value(), given);
  mute.f.pid = 2;  // another process: what was remembered is not about it
  w.run(1s);
  EXPECT_EQ(w.vm("web").committed, 100_MiB);
}

TEST(Engine, SettingsAreRefusedWithTheRuleTheyBreakAndNothingChanges) {
  World w(4_GiB);
  w.add("web");
  Settings change;
  change.maximum = 4_GiB;
  auto result = w.set("web", {change}, false);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("devices"), std::string::npos);
  change.maximum = 300_MiB;
  EXPECT_FALSE(w.set("web", {change}, false));
  EXPECT_FALSE(w.settings.kept.contains("web"));
  w.settings.broken = true;
  change.maximum = 1_GiB;
  EXPECT_FALSE(w.set("web", {change}, false));
  EXPECT_EQ(w.vm("web").limits.maximum, 2_GiB);
}

TEST(Engine, AServiceThatSaysTooLittleIsNotCalledWell) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  ASSERT_EQ(w.vm("web").status, Status::Ok);
  w.demands.clear();
  w.clock.advance(100ms);
  w.guest("web").s.sample = GuestSample{};
  w.guest("web").s.sampled_at = w.clock.now();
  w.speak("web");
  EXPECT_EQ(w.vm("web").status, Status::NoIntegration);
  EXPECT_FALSE(w.vm("web").demand);
}

TEST(Engine, ForgetsWhatAServiceSaidThatIsGone) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  w.demands.clear();
  w.guest("web").s.service = Service::Absent;
  w.run(500ms);
  EXPECT_FALSE(w.vm("web").demand);
  EXPECT_FALSE(w.vm("web").visible);
}

TEST(Engine, TellsTheGuestsLinkTheBoundOnlyOnceItIsKnownAndAnewWhenItChanges) {
  World w(4_GiB);
  auto machine = std::make_unique<fakes::FakeMachine>("web", 384_MiB, 1664_MiB);
  machine->f.known = false;
  machine->f.agent_socket = "/fake/web";
  w.engine.machine_appeared(*machine);
  EXPECT_FALSE(w.guests.links.contains("web"));
  machine->f.known = true;
  w.engine.machine_changed(machine->id());
  EXPECT_EQ(w.guest("web").most_visible, 2_GiB);
  machine->d.base = 1408_MiB;  // a DIMM was added
  w.engine.machine_changed(machine->id());
  EXPECT_EQ(w.guest("web").most_visible, 3_GiB);
  w.engine.machine_vanished(machine->id(), "the test ends");
}

TEST(Engine, AVmThatIsMadeStaticIsPromisedNothingMore) {
  World w(4_GiB);
  auto& web = w.add("web");
  web.obedient = false;
  w.demands["web"] = 370_MiB;
  w.run(1s);
  ASSERT_GT(w.vm("web").committed.value(), 384_MiB);
  Settings change;
  change.mode = Mode::Static;
  ASSERT_TRUE(w.set("web", {change}, false));
  EXPECT_EQ(w.vm("web").committed, 384_MiB);
}

TEST(Engine, OneAbsurdMonitorDoesNotFreeMemoryForTheOthers) {
  World w(4_GiB);
  auto& evil = w.add("evil");
  w.add("web");
  evil.d.base = evil.d.balloon_actual = Bytes::of(std::numeric_limits<std::int64_t>::min() / 2);
  evil.d.balloon_target = evil.d.base;
  w.run(1s);
  EXPECT_GE(w.vm("evil").committed.value(), 0_MiB);
  EXPECT_LE(w.engine.host().free, 4_GiB - 384_MiB);
}

TEST(Engine, SettingsTakeEffectAtOnceAndADryRunHasNone) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 100_MiB;
  w.run(1s);
  Settings change;
  change.minimum = change.startup = 1_GiB;
  EXPECT_EQ(w.set("web", {change}, true).value().limits.minimum, 1_GiB);
  EXPECT_EQ(w.vm("web").limits.minimum, 256_MiB);
  ASSERT_TRUE(w.set("web", {change}, false));
  w.run(1s);
  EXPECT_EQ(w.assigned("web"), 1_GiB);
}

TEST(Engine, ASettingGoesBackToWhatTheConfigurationSays) {
  World w(4_GiB);
  w.settings.defaults.buffer_percent = 50;
  w.add("web");
  Settings change;
  change.buffer_percent = 20;
  change.maximum = 1_GiB;
  ASSERT_TRUE(w.set("web", {change}, false));
  const SettingsChange back{{}, {Setting::Buffer}};
  EXPECT_EQ(w.set("web", back, true).value().limits.buffer_percent, 50);
  EXPECT_EQ(w.vm("web").limits.buffer_percent, 20) << "a dry run";
  ASSERT_TRUE(w.set("web", back, false));
  EXPECT_EQ(w.vm("web").limits.buffer_percent, 50);
  EXPECT_EQ(w.vm("web").limits.maximum, 1_GiB) << "nobody spoke of it";
  EXPECT_EQ(event_text(w.engine.events(0).back()), "buffer % as if not set");
}

TEST(Engine, BelievesNoGuestThatSaysItNeedsWhatTheHostDoesNotSee) {
  for (const bool guarded : {true, false}) {
    Guards guards;
    guards.rails.fair_share = guarded;
    World w(4_GiB, guards);
    w.add("liar");
    w.add("honest");
    w.host.resident_now = 200_MiB;
    w.settings.kept["honest"].weight = 10000;
    w.settings.kept["liar"].weight = 1000;
    w.engine.reconfigure(4_GiB, {}, profile(ProfileName::Balanced));
    w.demands = {{"honest", 100_MiB}};
    for (int i = 0; i < 10; ++i) {
      w.demands["liar"] = w.assigned("liar");
      w.run(500ms);
    }
    EXPECT_EQ(w.assigned("liar") < 600_MiB, guarded);
  }
}

TEST(Engine, FollowsAGrowthFromItsCauseToItsEffect) {
  World w(4_GiB);
  auto& web = w.add("web");
  web.obedient = false;
  w.report("web", 100_MiB);
  w.clock.advance(100ms);
  w.guest("web").s.low_since = w.clock.now() - 40ms;
  w.report("web", 372_MiB);
  w.clock.advance(1ms);
  w.engine.pass();
  w.clock.advance(60ms);
  web.arrive();
  web.f.grew_at = w.clock.now();
  w.engine.machine_changed(web.id());
  w.clock.advance(20ms);
  w.report("web", 372_MiB);
  const auto reactions = w.engine.reactions();
  ASSERT_EQ(reactions.size(), 1u);
  EXPECT_EQ(reactions[0].detect_ms, 40);
  EXPECT_EQ(reactions[0].decide_ms, 1);
  EXPECT_EQ(reactions[0].actuate_ms, 60);
  EXPECT_EQ(reactions[0].online_ms, 20);
  EXPECT_EQ(reactions[0].total_ms, 121);
}

TEST(Engine, AVmThatLostItsMonitorStaysCountedWhileItsProcessRuns) {
  World w(4_GiB);
  w.add("web");
  w.vanish("web", "its socket was removed");
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 384_MiB);
  EXPECT_EQ(w.engine.host().free, 4_GiB - 384_MiB);
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 0_MiB);
}

TEST(Engine, AVanishedVmIsForgottenAndItsMemoryFree) {
  World w(4_GiB);
  w.add("web");
  w.host.ended.insert(1);
  w.vanish("web", "its socket is gone");
  EXPECT_EQ(w.engine.host().committed, 0_MiB);
  EXPECT_FALSE(w.engine.vm("web"));
}

}  // namespace
}  // namespace aerostat
