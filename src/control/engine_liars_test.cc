// Guests that cannot be believed, beside one that lacks memory.
#include <gtest/gtest.h>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

// The liar has much and says that it needs it all; it touched little. Its neighbour has fifty times its
// weight.
struct Neighbours : World {
  explicit Neighbours(Guards guards = {}) : World(2560_MiB, guards) {
    settings.kept["liar"].weight = 100;
    FakeMachine& liar = add("liar", 1536_MiB);
    host.resident_of[*liar.f.pid] = 200_MiB;
    add("web", 512_MiB);
    report("liar", 1536_MiB);
    demands = {{"web", 300_MiB}};
    run(1s);
  }
  // From now on its neighbour lacks memory.
  void press(Duration time) {
    for (Duration done{0}; done < time; done += 250ms) {
      demands["web"] = std::min(1500_MiB, assigned("web"));
      run(250ms);
    }
  }
  GuestState& liar() { return guest("liar").s; }
};

TEST(Liars, GiveAtOnceWhatTheyOnlyClaim) {
  Neighbours w;
  for (int i = 0; i < 12; ++i) {
    w.report("liar", w.assigned("liar"));
    w.press(250ms);
  }
  EXPECT_LE(w.assigned("liar"), 1200_MiB);
  EXPECT_EQ(w.vm("liar").status, Status::Warning);
}

TEST(Liars, WhoTalkNonsenseGiveWhatOthersNeed) {
  Neighbours w;
  w.liar().service = Service::Faulty;
  w.run(2s);
  EXPECT_EQ(w.assigned("liar"), 1536_MiB) << "nobody needs it yet";
  w.press(3s);
  EXPECT_LE(w.assigned("liar"), 1200_MiB);
  EXPECT_EQ(w.vm("liar").status, Status::BadReports);
}

TEST(Liars, WhoTalkNonsenseKeepItWithoutTheGuard) {
  Guards guards;
  guards.unbelieved = false;
  Neighbours w(guards);
  w.liar().service = Service::Faulty;
  w.press(3s);
  EXPECT_EQ(w.assigned("liar"), 1536_MiB);
}

TEST(Liars, WhoFellSilentKeepWhatTheyTouchedWhateverTheirWeight) {
  Neighbours w;
  w.host.resident_of[*w.machines["liar"]->f.pid] = 1500_MiB;
  w.liar().service = Service::Silent;
  w.press(5s);
  EXPECT_GE(w.assigned("liar"), 1500_MiB);
  w.host.resident_of[*w.machines["liar"]->f.pid] = 900_MiB;
  w.press(3s);
  EXPECT_LE(w.assigned("liar"), 1200_MiB) << "what it touched, and others need the rest";
  EXPECT_GE(w.assigned("liar"), 900_MiB);
}

TEST(Liars, WhoseServiceEndedKeepWhatTheyBootedWith) {
  Neighbours w;
  w.settings.kept["liar"].maximum = 2_GiB;
  w.machines["liar"]->d.plugged = w.machines["liar"]->d.plug_requested = 256_MiB;
  w.liar().service = Service::Absent;
  ASSERT_EQ(w.assigned("liar"), 1792_MiB);
  w.press(5s);
  EXPECT_EQ(w.assigned("liar"), 1536_MiB);
}

TEST(Liars, StaticVmsAndPausedOnesAreNoneAndGiveNothing) {
  Neighbours w;
  w.liar().service = Service::Faulty;
  w.machines["liar"]->f.run_state = RunState::Paused;
  w.press(3s);
  EXPECT_EQ(w.assigned("liar"), 1536_MiB);
  w.machines["liar"]->f.run_state = RunState::Running;
  SettingsChange be_static;
  be_static.to.mode = Mode::Static;
  ASSERT_TRUE(w.set("liar", be_static, false));
  w.press(3s);
  EXPECT_EQ(w.assigned("liar"), 1536_MiB);
}

TEST(Liars, GetNothingOfTheShareOfOneThatStillBoots) {
  World w(2560_MiB);
  w.settings.kept["liar"].weight = 100;
  w.host.resident_of[*w.add("liar", 512_MiB).f.pid] = 200_MiB;
  w.add("web", 512_MiB);
  for (int i = 0; i < 8; ++i) {
    w.report("liar", w.assigned("liar"));
    w.run(250ms);
  }
  EXPECT_EQ(w.vm("web").status, Status::Starting);
  EXPECT_EQ(w.assigned("liar"), 512_MiB) << "more than its fair share already";
}

}  // namespace
}  // namespace aerostat
