// The engine and its books: what is counted while VMs come and go, and while the host cannot be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "base/log.h"
#include "control/fakes.h"
#include "control/sense.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;
using ::testing::HasSubstr;

// A VM whose monitor was not heard yet.
std::unique_ptr<FakeMachine> unheard(const std::string& name, Bytes base) {
  auto out = std::make_unique<FakeMachine>(name, base, Bytes{});
  out->f.known = false;
  out->f.link = Link::Connecting;
  return out;
}

auto told(World& w, std::string_view code) {
  return std::ranges::count_if(w.engine.events(0),
                               [&](const EventRecord& event) { return event_code(event.code) == code; });
}

TEST(EngineBooks, AVmThatAppearsErasesNoOrphanOfItsName) {
  World w(4_GiB);
  w.add("web", 700_MiB);
  w.vanish("web", "another process took over its socket");
  ASSERT_EQ(w.engine.host().committed, 700_MiB);
  FakeMachine& second = w.appear(unheard("web", 512_MiB));
  w.host.resident_of[*second.f.pid] = 20_MiB;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 720_MiB);
  second.f.known = true;
  second.f.link = Link::Up;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 1212_MiB);
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 512_MiB);
  EXPECT_EQ(told(w, "vm.ended"), 1);
}

TEST(EngineBooks, AProcessThatIsFoundAgainIsCountedOnce) {
  World w(4_GiB);
  w.add("web", 700_MiB);
  w.vanish("web", "its socket was renamed");
  FakeMachine& found = w.appear(unheard("web-2", 700_MiB), 1);
  w.host.resident_of[1] = 30_MiB;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 700_MiB) << "what it was counted with, until its monitor is heard";
  found.f.known = true;
  found.d.balloon_target = found.d.balloon_actual = 600_MiB;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 600_MiB);
}

TEST(EngineBooks, AReservationLastsUntilTheFactsOfItsVmAreKnown) {
  World w(4_GiB);
  w.add("other", 1_GiB);
  ASSERT_TRUE(w.engine.reserve({"web", 2_GiB}));
  FakeMachine& web = w.appear(unheard("web", 2_GiB));
  w.host.resident_of[*web.f.pid] = 100_MiB;
  w.demands["other"] = 1900_MiB;
  w.run(2s);
  EXPECT_EQ(w.engine.host().reserved, 1948_MiB) << "of it 100 MiB are held by now";
  EXPECT_EQ(w.engine.host().committed + w.engine.host().reserved, w.assigned("other") + 2_GiB);
  EXPECT_LE(w.assigned("other"), 2_GiB);
  web.f.known = true;
  web.f.link = Link::Up;
  w.run(1s);
  EXPECT_EQ(w.engine.host().reserved, 0_MiB);
  EXPECT_GE(w.engine.host().free, 0_MiB);
  EXPECT_EQ(w.engine.host().over_committed_passes, 0u);
}

TEST(EngineBooks, AnOrphanThatCannotBeReadStaysCounted) {
  World w(4_GiB);
  w.add("web", 512_MiB);
  w.vanish("web", "its socket was removed");
  w.host.unreadable.insert(1);
  w.run(5s);
  EXPECT_EQ(w.engine.host().committed, 512_MiB);
  EXPECT_EQ(told(w, "vm.ended"), 0);
  w.host.unreadable.clear();
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 0_MiB);
}

TEST(EngineBooks, AVmThatVanishesWhileItCannotBeReadStaysCounted) {
  World w(4_GiB);
  w.add("web", 512_MiB);
  w.host.unreadable.insert(1);
  w.vanish("web", "its socket was removed");
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 512_MiB);
}

TEST(EngineBooks, NothingIsGrantedWhileTheKernelCannotBeAsked) {
  World w(4_GiB);
  w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  w.host.available_now.reset();
  w.run(10s);
  const Bytes had = w.assigned("web");
  w.demands["web"] = had;
  w.run(5s);
  EXPECT_EQ(w.assigned("web"), had);
  EXPECT_EQ(told(w, "host.unreadable"), 1);
  w.host.available_now = 60_GiB;
  w.run(3s);
  EXPECT_GT(w.assigned("web"), had);
  EXPECT_EQ(told(w, "host.readable"), 1);
}

TEST(EngineBooks, AVmThatClaimsMoreThanTheHostHasTakesNothingFromOthers) {
  World w(4_GiB);
  w.host.total_now = 8_GiB;
  w.add("web", 1_GiB);
  w.demands["web"] = 900_MiB;
  FakeMachine& evil = w.add("evil", 512_MiB);
  w.host.resident_of[*evil.f.pid] = 100_MiB;
  w.run(3s);
  const Bytes had = w.assigned("web");
  ASSERT_GE(had, 900_MiB);
  evil.d.base = evil.d.balloon_actual = Bytes::of(std::int64_t{1} << 50);
  evil.d.balloon_target = evil.d.base;
  w.engine.machine_changed(evil.id());
  w.run(5s);
  EXPECT_GE(w.assigned("web"), 900_MiB);
  EXPECT_EQ(w.vm("evil").committed, 512_MiB) << "what it was last counted with";
  EXPECT_EQ(w.vm("evil").status, Status::BadReports);
  EXPECT_THAT(w.vm("evil").note, HasSubstr("more memory than this host has"));
  w.host.resident_of[*evil.f.pid] = 900_MiB;
  w.run(1s);
  EXPECT_EQ(w.vm("evil").committed, 900_MiB);
  EXPECT_EQ(w.engine.host().over_committed_passes, 0u);
}

TEST(EngineBooks, AVmThatAppearsWithMoreThanTheHostHasCountsWithWhatIsResident) {
  World w(4_GiB);
  w.host.total_now = 8_GiB;
  w.engine.pass();
  w.host.resident_now = 100_MiB;
  w.appear(std::make_unique<FakeMachine>("evil", 20_GiB, Bytes{}));
  w.run(1s);
  EXPECT_EQ(w.vm("evil").committed, 100_MiB);
}

TEST(EngineBooks, APidThatWasGivenAgainIsAnotherProcess) {
  World w(4_GiB);
  w.add("old", 512_MiB);
  w.host.started_at[1] = 2;  // and nobody has seen yet that the old one is gone
  w.appear(std::make_unique<FakeMachine>("new", 700_MiB, Bytes{}), 1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 1212_MiB);
  w.vanish("old", "its socket is gone");
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 700_MiB);
}

TEST(EngineBooks, ManyAbsurdMonitorsDoNotOverflowTheSum) {
  World w(4_GiB);
  w.host.total_now.reset();
  set_log_level(LogLevel::Error);
  for (int i = 0; i < 8192; ++i) {
    auto evil = std::make_unique<FakeMachine>("evil-" + std::to_string(i), 1_GiB, Bytes{});
    evil->d.base = evil->d.balloon_actual = Bytes::of(std::int64_t{1} << 50);
    evil->d.balloon_target = evil->d.base;
    w.appear(std::move(evil));
  }
  w.engine.pass();
  set_log_level(LogLevel::Info);
  EXPECT_GT(w.engine.host().committed, 4_GiB);
  EXPECT_LT(w.engine.host().free, 0_MiB);
}

TEST(EngineBooks, AMonitorThatHadNoTimeToSpeakBreaksNoLaw) {
  World w(1_GiB);
  auto& late = w.add("late");
  late.f.known = false;
  late.f.link = Link::Connecting;
  w.host.resident_of[*late.f.pid] = 2_GiB;
  w.run(1s);
  EXPECT_LT(w.engine.host().free, 0_MiB) << "nothing is granted against what it may hold";
  EXPECT_EQ(w.engine.host().over_committed_passes, 0u);
  w.run(kMonitorWait);
  EXPECT_GT(w.engine.host().over_committed_passes, 0u) << "it had time";
}

TEST(EngineBooks, WhatAnEarlierDaemonHeldIsCountedThoughNobodyShowsIt) {
  World w(World::options(4_GiB, {}), {{"web", {71, 5}, 512_MiB}, {"gone", {72, 6}, 300_MiB}});
  w.host.ended.insert(72);
  w.host.started_at[71] = 5;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 512_MiB);
  EXPECT_EQ(told(w, "vm.orphaned"), 0) << "its monitor may be found yet";
  w.run(kMonitorWait);
  EXPECT_EQ(told(w, "vm.orphaned"), 1);
  EXPECT_EQ(told(w, "vm.ended"), 0) << "nobody was told of the other";
  w.host.started_at[71] = 7;
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 0_MiB) << "another process has its pid";
}

TEST(EngineBooks, AVmWhoseProcessIsAnotherLeavesItsOldOneCounted) {
  World w(4_GiB);
  FakeMachine& web = w.add("web", 700_MiB);
  w.run(1s);
  web.f.pid = 9;  // its socket is served by another process now
  w.engine.machine_changed(web.id());
  w.vanish("web", "its process ended, and another one took its place");
  w.host.ended.insert(9);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 700_MiB);
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 0_MiB);
}

TEST(EngineBooks, AReservationThatNobodyTakesExpires) {
  World w(4_GiB);
  ASSERT_TRUE(w.engine.reserve({.vm = "web", .memory = 1_GiB, .lasts = 10s}));
  w.run(9s);
  EXPECT_EQ(w.engine.host().reserved, 1_GiB);
  w.run(2s);
  EXPECT_EQ(w.engine.host().reserved, 0_MiB);
  EXPECT_EQ(told(w, "vm.released"), 1);
}

TEST(EngineBooks, AProcessIsLookedAtOnceASecondWhileItsVmIsAtRest) {
  World w(4_GiB);
  FakeMachine& web = w.add("web", 1_GiB);
  w.demands["web"] = 700_MiB;
  const auto looks_in = [&](Duration time) {
    const int before = w.host.looks;
    w.run(time);
    return w.host.looks - before;
  };
  w.run(60s);
  ASSERT_TRUE(web.facts().at_rest());
  EXPECT_EQ(looks_in(4s), 4);
  web.obedient = false;
  w.demands["web"] = 1000_MiB;
  w.run(1s);
  ASSERT_FALSE(web.facts().at_rest());
  EXPECT_EQ(looks_in(1s), 4) << "in each pass";
}

TEST(EngineBooks, AProcessThatTwoVmsShowIsCountedOnce) {
  World w(4_GiB);
  w.add("web", 700_MiB);
  FakeMachine& linked = w.appear(std::make_unique<FakeMachine>("linked", 700_MiB, Bytes{}), 1);
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 700_MiB);
  EXPECT_THAT(w.vm("linked").note, HasSubstr("web"));
  EXPECT_TRUE(linked.targets.empty());
  w.vanish("web", "its socket was removed");
  w.run(1s);
  EXPECT_EQ(w.engine.host().committed, 700_MiB) << "the other one shows it";
}

}  // namespace
}  // namespace aerostat
