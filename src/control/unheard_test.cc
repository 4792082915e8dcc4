// What becomes of a guest whose service is heard no more, or says nothing that helps.
#include "control/unheard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/fakes.h"
#include "control/sense.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;
using ::testing::HasSubstr;
using ::testing::Not;

// A VM of 1 GiB, with a service that said that it needs `need`.
struct SilentWeb {
  World w;
  FakeMachine& machine;
  Bytes need;

  explicit SilentWeb(Bytes needs = 200_MiB, Guards guards = {})
      : w(4_GiB, guards), machine(w.add("web", 1_GiB)), need(needs) {
    w.demands["web"] = need;
    w.run(500ms);
  }
  void falls_silent(const std::string& note = "reported nothing for 3 s", Service how = Service::Silent) {
    w.demands.clear();
    w.guest("web").s.service = how;
    w.guest("web").s.note = note;
    w.speak("web");
  }
  // Time in which its balloon tells what it needs.
  void run_with_statistics(Duration time, Bytes needs) { w.run_with_statistics("web", time, needs); }
  // It was idle until it had given most of what it had.
  void gives() {
    for (int i = 0; i < 400 && w.assigned("web") > 600_MiB; ++i) w.run(500ms);
    ASSERT_LE(w.assigned("web"), 600_MiB);
  }
  // The host sees its process occupy this much.
  void occupies(Bytes resident) { w.host.resident_of[*machine.f.pid] = resident; }
};

TEST(Unheard, BalloonStatisticsStandInForAServiceThatDied) {
  for (const bool guarded : {true, false}) {
    Guards guards;
    guards.stand_in = guards.give_back = guarded;
    SilentWeb web(200_MiB, guards);
    web.falls_silent();
    web.run_with_statistics(3s, 1400_MiB);
    EXPECT_EQ(web.w.assigned("web") >= 1400_MiB, guarded);
    if (!guarded) continue;
    EXPECT_EQ(web.w.vm("web").status, Status::Ok);
    EXPECT_THAT(web.w.vm("web").note,
                HasSubstr("reported nothing for 3 s; balloon statistics stand in for its service"));
  }
}

TEST(Unheard, TheyStandInForAServiceWhoseReportsCannotBe) {
  for (const Service how : {Service::Faulty, Service::Unsupported, Service::Absent}) {
    SilentWeb web;
    web.falls_silent("sent a line longer than 4096 bytes", how);
    web.run_with_statistics(3s, 1400_MiB);
    EXPECT_GE(web.w.assigned("web"), 1400_MiB) << static_cast<int>(how);
  }
}

TEST(Unheard, TheyStandInForAServiceThatDoesNotSayWhatItIsAskedFor) {
  SilentWeb web;
  web.w.demands.clear();
  web.w.guest("web").s.sample = GuestSample{};
  web.run_with_statistics(3s, 1400_MiB);
  EXPECT_GE(web.w.assigned("web"), 1400_MiB);
  EXPECT_EQ(web.w.vm("web").note,
            "does not report what is available; balloon statistics stand in for its service");
}

TEST(Unheard, AServiceThatIsBackTakesOver) {
  SilentWeb web;
  web.falls_silent();
  web.run_with_statistics(3s, 300_MiB);
  web.w.demands["web"] = 1400_MiB;
  web.run_with_statistics(2s, 300_MiB);
  EXPECT_GE(web.w.assigned("web"), 1400_MiB);
  EXPECT_EQ(web.w.vm("web").note, "");
}

TEST(Unheard, ZerosAreNoNumbers) {
  World w(4_GiB);
  FakeMachine& machine = w.add("web", 1_GiB);
  w.guest("web").s.service = Service::Absent;
  machine.f.has_balloon_stats = true;
  for (int i = 0; i < 200; ++i) {
    GuestSample& stats = machine.f.balloon_stats.emplace();
    stats.total = stats.available = stats.free = Bytes{};
    machine.f.balloon_stats_at = w.clock.now() + 250ms;
    w.run(250ms);
  }
  EXPECT_EQ(w.assigned("web"), 1_GiB);
  EXPECT_EQ(w.vm("web").status, Status::NoIntegration);
  EXPECT_EQ(w.vm("web").note, "its balloon statistics are no numbers: stays as it is");
}

TEST(Unheard, GetsBackWhatItBootedWithWhereNobodyElseReports) {
  for (const bool guarded : {true, false}) {
    Guards guards;
    guards.give_back = guarded;
    SilentWeb web(200_MiB, guards);
    web.gives();
    web.falls_silent();
    web.w.run(kStatsFresh + 500ms);
    EXPECT_EQ(web.w.assigned("web") == 1_GiB, guarded);
    EXPECT_EQ(web.w.vm("web").status, Status::NotResponding);
  }
}

TEST(Unheard, SaysWhatItIsGivenBack) {
  SilentWeb web;
  web.gives();
  web.machine.obedient = false;
  web.falls_silent();
  web.w.run(kStatsFresh);
  web.machine.d.balloon_target = web.machine.d.balloon_actual;
  web.w.host.available_now = 0_MiB;
  web.w.run(500ms);
  EXPECT_THAT(web.w.vm("web").note, HasSubstr("; it is given back its startup, 1.00 GiB"));
  EXPECT_LT(web.w.assigned("web"), 1_GiB) << "the host does not have it";
  web.w.host.available_now = 60_GiB;
  web.machine.obedient = true;
  web.w.run(1s);
  EXPECT_EQ(web.w.assigned("web"), 1_GiB) << "now it has";
  EXPECT_THAT(web.w.vm("web").note, Not(HasSubstr("given back")));
}

TEST(Unheard, GivesNothingMoreWhenItIsHeardNoMore) {
  SilentWeb web;
  web.machine.obedient = false;
  for (int i = 0; i < 400 && web.machine.facts().target() == 1_GiB; ++i) web.w.run(500ms);
  ASSERT_LT(web.machine.facts().target(), 1_GiB);
  web.falls_silent();
  EXPECT_EQ(web.machine.facts().target(), 1_GiB) << "nobody can tell whether it hurts";
}

TEST(Unheard, IsGrownIfItWasInWantAndAsLongAsTheHostSeesItUseThat) {
  for (const bool uses : {true, false}) {
    SilentWeb web;
    web.machine.obedient = false;
    web.w.demands["web"] = 1020_MiB;
    web.w.run(250ms);
    ASSERT_GT(web.machine.facts().target(), 1_GiB);
    web.machine.set_target(1_GiB);  // the host had no more to give when it was last heard
    web.w.host.available_now = 0_MiB;
    web.occupies(1_GiB);
    web.w.run(250ms);
    web.falls_silent();
    web.machine.obedient = true;
    web.w.host.available_now = 60_GiB;
    for (int i = 0; i < 60; ++i) {
      web.w.run(500ms);
      if (uses) web.occupies(web.w.assigned("web"));
    }
    EXPECT_GT(web.w.assigned("web"), 1_GiB);
    EXPECT_EQ(web.w.assigned("web") == 2_GiB, uses);
  }
}

TEST(Unheard, IsNotJudgedByTheTimeInWhichItStoodStill) {
  SilentWeb web;
  web.gives();
  web.machine.f.run_state = RunState::Paused;
  web.falls_silent();
  web.w.run(60s);
  EXPECT_EQ(web.w.vm("web").status, Status::Paused);
  web.machine.f.run_state = RunState::Running;
  web.w.run(2s);
  EXPECT_LE(web.w.assigned("web"), 600_MiB) << "it had no time to speak";
  web.w.run(kStatsFresh);
  EXPECT_EQ(web.w.assigned("web"), 1_GiB);
}

TEST(Unheard, AGuestThatNobodyEverReportedOfGetsBackWhatItBootedWithToo) {
  World w(4_GiB);
  FakeMachine& machine = w.add("web", 1_GiB);
  machine.set_target(400_MiB);  // by the daemon before this one
  w.run(kStatsFresh + 500ms);
  EXPECT_EQ(w.assigned("web"), 1_GiB);
}

TEST(Unheard, AClockThatIsCorrectedBackSilencesNobody) {
  SilentWeb web;
  web.w.clock.advance(250ms);
  web.w.report("web", 1400_MiB);
  web.w.clock.advance(250ms);
  GuestState& s = web.w.guest("web").s;
  s.sample->available = 50_MiB;
  s.received_at = web.w.clock.now();
  s.sampled_at = s.sampled_at - 1s;
  web.w.speak("web");
  EXPECT_EQ(web.w.vm("web").available, 50_MiB);
}

}  // namespace
}  // namespace aerostat
