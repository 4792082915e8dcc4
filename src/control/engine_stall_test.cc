// What becomes of a VM that does not do what it was asked for.
#include <gtest/gtest.h>

#include <algorithm>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

// A VM that needs `demand`, and does nothing that it is asked for.
FakeMachine& idle_driver(World& w, Bytes demand) {
  FakeMachine& web = w.add("web");
  web.obedient = false;
  w.demands["web"] = demand;
  return web;
}

TEST(Engine, AsksOthersWhenOneIsStuckAndKeepsCountingWhatItHolds) {
  World w(3072_MiB);
  auto& stuck = w.add("stuck", 1024_MiB);
  w.add("idle", 1024_MiB);
  w.add("db", 1024_MiB);
  w.demands = {{"stuck", 150_MiB}, {"idle", 150_MiB}, {"db", 1000_MiB}};
  stuck.obedient = false;
  w.run(10s);
  EXPECT_EQ(w.vm("stuck").status, Status::Stalled);
  EXPECT_EQ(w.vm("stuck").committed, 1024_MiB);
  EXPECT_GE(w.assigned("db"), 1024_MiB) << "what it needs and headroom, from the others";
  EXPECT_EQ(w.engine.host().over_committed_passes, 0u);
}

TEST(Engine, WithdrawsGrowthThatAGuestDoesNotTakeIn) {
  World w(4_GiB);
  FakeMachine& web = idle_driver(w, 370_MiB);
  w.run(6500ms);
  EXPECT_EQ(web.facts().target(), 384_MiB);
  EXPECT_EQ(w.vm("web").committed, 384_MiB);
  EXPECT_NE(w.vm("web").note.find("does not take in"), std::string::npos);
  EXPECT_EQ(w.engine.explain("web", 1).value().back().decision.ruling.wish.because, Because::NotTakenIn);
  w.run(kOfferFirst + 500ms);
  EXPECT_EQ(web.facts().target(), 384_MiB + kOffer) << "offered again, a little: it may be in want";
  const std::vector<DecisionRecord> all = w.engine.explain("web", 50).value();
  EXPECT_TRUE(std::any_of(all.begin(), all.end(), [](const DecisionRecord& one) {
    return one.result.find("withdrawn") != std::string::npos;
  }));
}

TEST(Engine, GivesAGuestAllAgainOnceItTookALittleIn) {
  World w(4_GiB);
  FakeMachine& web = idle_driver(w, 600_MiB);
  w.run(6500ms + kOfferFirst);
  ASSERT_EQ(web.facts().target(), 384_MiB + kOffer);
  web.arrive();
  web.obedient = true;
  w.run(2s);
  EXPECT_GE(w.assigned("web"), 600_MiB);
}

TEST(Engine, OffersAGuestThatTakesNothingInNoMoreWithEachPass) {
  World w(4_GiB);
  FakeMachine& web = idle_driver(w, 600_MiB);
  w.run(6500ms);
  for (int i = 0; i < 120; ++i) {
    w.run(500ms);
    ASSERT_LE(web.facts().target(), 384_MiB + kOffer) << i;
  }
}

// QEMU refuses for a while, as it may.
TEST(Engine, SaysWhatQemuRefusesAndAsksItAgain) {
  World w(4_GiB);
  FakeMachine& web = w.add("web");
  web.f.refusal = "QEMU refuses to change its balloon: not in this state; it is asked again";
  web.f.backs_off = true;
  w.demands["web"] = 600_MiB;
  w.run(2s);
  EXPECT_EQ(w.assigned("web"), 384_MiB) << "it is left alone";
  EXPECT_EQ(w.vm("web").status, Status::Warning) << "and how its guest fares is said all the same";
  EXPECT_NE(w.vm("web").note.find("QEMU refuses to change its balloon"), std::string::npos);
  web.f.backs_off = false;
  w.run(3s);
  EXPECT_GE(w.assigned("web"), 600_MiB);
}

TEST(Engine, CountsAGuestThatIsOnItsWayHereWithWhatIsThere) {
  World w(4_GiB);
  FakeMachine& web = w.add("web");
  web.f.run_state = RunState::Incoming;
  web.f.run_note = "its guest is being migrated to this process";
  w.host.resident_now = 900_MiB;
  w.run(500ms);
  EXPECT_GE(w.vm("web").committed.value(), 900_MiB);
  EXPECT_EQ(w.vm("web").status, Status::Paused);
  EXPECT_NE(w.vm("web").note.find("is being migrated to this process"), std::string::npos);
}

TEST(Engine, AMigrationInTheMiddleOfAShrinkIsNoGuestsFailure) {
  World w(4_GiB);
  FakeMachine& web = w.add("web", 1_GiB);
  web.obedient = false;
  w.demands["web"] = 100_MiB;
  for (int i = 0; i < 200 && web.f.target() >= 1_GiB; ++i) w.run(250ms);
  ASSERT_LT(web.f.target(), 1_GiB) << "it was asked to give";
  web.f.migrating = true;
  w.run(30s);
  EXPECT_EQ(w.vm("web").status, Status::Ok) << w.vm("web").note;
  web.f.migrating = false;
  w.run(8s);
  EXPECT_EQ(w.vm("web").status, Status::Stalled) << "now it is";
}

TEST(Engine, GivesAMigratingGuestWhatItsBalloonHoldsAndNoMore) {
  World w(4_GiB);
  FakeMachine& web = w.add("web", 1_GiB);
  web.set_target(600_MiB);
  web.f.migrating = true;
  w.demands["web"] = 1400_MiB;
  w.run(5s);
  EXPECT_EQ(w.assigned("web"), 1_GiB);
  EXPECT_NE(w.vm("web").note.find("is being migrated"), std::string::npos);
  w.demands["web"] = 100_MiB;
  w.run(60s);
  EXPECT_EQ(w.assigned("web"), 1_GiB) << "nothing is taken from one that is on its way";
  web.f.run_state = RunState::Paused;
  web.f.run_note = "not started yet";
  w.run(250ms);
  EXPECT_NE(w.vm("web").note.find("is being migrated"), std::string::npos) << "a stopped one says so too";
  web.f.run_state = RunState::Running;
  web.f.migrating = false;
  w.demands["web"] = 1400_MiB;
  w.run(5s);
  EXPECT_GE(w.assigned("web"), 1400_MiB);
}

}  // namespace
}  // namespace aerostat
