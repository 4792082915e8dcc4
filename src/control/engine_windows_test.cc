// What Windows guests with the virtio drivers are reported to do, as the loop sees it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

// Windows writes to all of its memory while it boots.
TEST(WindowsGuest, ThatTouchedAllItsMemoryAtBootGivesWhatItDoesNotNeed) {
  World w(4_GiB);
  fakes::FakeMachine& machine = w.add("win", 2_GiB);
  w.host.resident_of = {{1, 2_GiB}, {2, 384_MiB}};
  w.add("db");
  w.demands = {{"win", 500_MiB}, {"db", 300_MiB}};
  w.run(5s);
  w.demands["db"] = 1800_MiB;
  w.host.resident_of[2] = 2_GiB;
  w.run(60s);
  EXPECT_GE(w.assigned("db"), 1800_MiB);
  w.run(300s);
  EXPECT_LT(machine.facts().assigned(), 1_GiB) << "that it is resident is no need";
}

// Without a service such a guest has only its balloon's statistics, and they may freeze without a sign.
TEST(WindowsGuest, WhoseStatisticsFreezeIsHeldAndNotBelieved) {
  World w(4_GiB);
  fakes::FakeMachine& machine = w.add("win", 1_GiB);
  machine.f.agent_socket.reset();
  machine.f.has_balloon_stats = true;
  const auto refresh = [&] {
    machine.f.balloon_stats = GuestSample{};
    machine.f.balloon_stats->total = machine.facts().assigned();
    machine.f.balloon_stats->available = 600_MiB;
    machine.f.balloon_stats_at = w.clock.now();
    w.engine.machine_changed(machine.id());
  };
  for (int i = 0; i < 20; ++i) {
    refresh();
    w.run(500ms);
  }
  EXPECT_EQ(w.vm("win").status, Status::Ok);
  machine.targets.clear();
  const Bytes had = machine.facts().assigned();
  w.run(60s);  // the same numbers are read for ever, and their time does not change
  EXPECT_EQ(w.vm("win").status, Status::NotResponding);
  EXPECT_THAT(w.vm("win").note, ::testing::HasSubstr("its balloon gives no statistics any more"));
  EXPECT_GE(machine.facts().assigned(), had) << "nothing is taken on the word of old numbers";
}

// The driver stops when the guest signals that memory is low, and says nothing about it.
TEST(WindowsGuest, WhoseBalloonStopsShortIsCountedAndOthersAreAsked) {
  World w(3_GiB);
  fakes::FakeMachine& machine = w.add("win", 2_GiB);
  w.add("db");
  w.host.resident_of = {{1, 600_MiB}, {2, 2_GiB}};
  w.demands = {{"win", 500_MiB}, {"db", 300_MiB}};
  w.run(2s);
  machine.obedient = false;
  w.demands["db"] = 1900_MiB;
  w.run(2s);
  ASSERT_LT(machine.facts().target(), 2_GiB);
  machine.d.balloon_actual = 1500_MiB;  // and no further
  w.run(10s);
  EXPECT_EQ(w.vm("win").status, Status::Stalled);
  EXPECT_EQ(w.vm("win").committed, 1500_MiB) << "what it holds, and not what it was asked for";
  EXPECT_LE(w.assigned("db") + 1500_MiB, 3_GiB);
  machine.obedient = true;  // its programs ended
  w.run(120s);
  EXPECT_LT(machine.facts().assigned(), 1500_MiB) << "it is asked again";
}

}  // namespace
}  // namespace aerostat
