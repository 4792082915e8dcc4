// What the list says of a VM: the truth, also of one that dies, boots or was shut down.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/fakes.h"
#include "control/sense.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A host that has nothing to give, and a guest that says that it has next to nothing left, of whatever it is
// that it does not tell.
struct Dying {
  World w{384_MiB};
  fakes::FakeMachine& machine = w.add("web");

  Dying() {
    w.report("web", 200_MiB, [](GuestSample& s) { s.total = 230_MiB, s.available = 11_MiB; });
    w.engine.pass();
  }
  void falls_silent() {
    w.guest("web").s.service = Service::Silent;
    w.guest("web").s.note = "said nothing for 3 s";
    w.run(1s);
  }
};

TEST(StatusOf, AGuestThatIsNearlyEmptyIsNeverOk) {
  Dying vm;
  EXPECT_EQ(vm.w.vm("web").status, Status::Warning);
}

TEST(StatusOf, AVmThatIsShortSaysWhy) {
  World w(768_MiB);
  w.settings.defaults.buffer_percent = 50;
  w.add("a");
  w.add("b");
  w.demands = {{"a", 340_MiB}, {"b", 340_MiB}};
  w.run(2s);
  EXPECT_NE(w.vm("a").status, Status::Ok);
  EXPECT_EQ(w.vm("a").note, "the host has no more to give");
}

TEST(StatusOf, AGuestThatFellSilentTellsWhatItHadThen) {
  Dying vm;
  vm.falls_silent();
  EXPECT_EQ(vm.w.vm("web").status, Status::NotResponding);
  EXPECT_EQ(vm.w.vm("web").note, "said nothing for 3 s; it had 11 MiB available then");
}

TEST(StatusOf, BalloonStatisticsThatStopAreNoMissingService) {
  World w(4_GiB);
  auto& machine = w.add("web");
  machine.f.agent_socket.reset();
  machine.f.balloon_stats = GuestSample{};
  machine.f.balloon_stats->total = 384_MiB;
  machine.f.balloon_stats->available = 40_MiB;
  machine.f.balloon_stats_at = w.clock.now();
  w.engine.machine_changed(machine.id());
  w.run(1s);
  EXPECT_NE(w.vm("web").status, Status::NotResponding);
  w.run(kStatsFresh);
  EXPECT_EQ(w.vm("web").status, Status::NotResponding);
  EXPECT_THAT(w.vm("web").note, HasSubstr("40 MiB available then"));
}

TEST(StatusOf, AGuestThatRebootsIsStartingUntilItsServiceSpeaks) {
  World w(4_GiB);
  auto& machine = w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  w.demands.clear();
  ++machine.f.resets;
  w.engine.machine_changed(machine.id());
  w.run(90s);
  EXPECT_EQ(w.vm("web").status, Status::Starting) << "a stock guest boots for so long without KVM";
  w.report("web", 200_MiB);
  EXPECT_EQ(w.vm("web").status, Status::Ok);
}

TEST(StatusOf, AGuestThatWasShutDownIsOffAndNotLost) {
  World w(4_GiB);
  auto& machine = w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  w.demands.clear();
  machine.f.run_state = RunState::ShutDown;
  w.engine.machine_changed(machine.id());
  machine.f.link = Link::Lost;
  machine.f.link_note = "its monitor broke the connection: connection reset by peer";
  w.engine.machine_changed(machine.id());
  EXPECT_EQ(w.vm("web").status, Status::Off);
  EXPECT_EQ(w.vm("web").note, "the guest was shut down");
  w.vanish("web", "no process listens on its monitor socket");
  EXPECT_EQ(event_text(w.engine.events(0).back()), "the guest was shut down");
  for (const EventRecord& event : w.engine.events(0)) EXPECT_NE(event.code, EventCode::VmOrphaned);
}

TEST(StatusOf, AVmThatVanishedWithoutAWordIsNoneThatWasShutDown) {
  World w(4_GiB);
  w.add("web");
  w.vanish("web", "no process listens on its monitor socket");
  EXPECT_EQ(event_text(w.engine.events(0).back()), "no process listens on its monitor socket");
}

TEST(StatusOf, AProgramThatTheGuestsKernelKilledIsToldAndNotedForAWhile) {
  World w(4_GiB);
  w.add("web");
  const auto says = [&](std::uint64_t kills) {
    w.clock.advance(100ms);
    w.report("web", 200_MiB, [kills](GuestSample& s) {
      s.oom_kills = kills;
      s.oom_kills_in_limits = 0;
    });
  };
  const auto told = [&] {
    return std::ranges::count(w.engine.events(0), EventCode::VmOom, &EventRecord::code);
  };
  says(2);
  EXPECT_EQ(told(), 0) << "before we looked";
  says(3);
  EXPECT_EQ(told(), 1);
  EXPECT_THAT(w.vm("web").note, AllOf(HasSubstr("killed"), HasSubstr("3 since its boot")));
  for (Duration time{0}; time <= kFloorFirst; time += 100ms) says(3);
  EXPECT_EQ(told(), 1);
  EXPECT_EQ(w.vm("web").note, "");
}

TEST(StatusOf, AKillAtAContainersOwnLimitIsNoneOfTheGuest) {
  World w(4_GiB);
  w.add("web");
  for (const std::uint64_t kills : {1, 2}) {
    w.clock.advance(100ms);
    w.report("web", 200_MiB,
             [kills](GuestSample& s) { s.oom_kills = 1 + kills, s.oom_kills_in_limits = kills; });
  }
  EXPECT_EQ(w.vm("web").oom_kills, 1u);
  EXPECT_EQ(w.vm("web").oom_kills_in_limits, 2u);
  for (const EventRecord& event : w.engine.events(0)) EXPECT_NE(event.code, EventCode::VmOom);
}

TEST(StatusOf, AKillBeforeARebootIsNoNews) {
  World w(4_GiB);
  auto& machine = w.add("web");
  w.report("web", 200_MiB, [](GuestSample& s) { s.oom_kills = 1, s.oom_kills_in_limits = 0; });
  ++machine.f.resets;
  w.engine.machine_changed(machine.id());
  w.clock.advance(60s);
  w.report("web", 200_MiB, [](GuestSample& s) { s.oom_kills = 2, s.oom_kills_in_limits = 0; });
  for (const EventRecord& event : w.engine.events(0)) EXPECT_NE(event.code, EventCode::VmOom);
}

}  // namespace
}  // namespace aerostat
