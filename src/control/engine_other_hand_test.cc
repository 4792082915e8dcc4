// Something else manages a VM's memory too: Aerostat steps back from it, and from no other.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

class OtherManager : public ::testing::Test {
 protected:
  void begin(Guards guards = {}) {
    world = std::make_unique<fakes::World>(8_GiB, guards);
    world->add("web");
    world->add("db");
    world->demands = {{"web", 200_MiB}, {"db", 200_MiB}};
    world->run(3s);
    ASSERT_EQ(world->vm("web").status, Status::Ok);
    world->machines.at("web")->targets.clear();
    ++world->machines.at("web")->f.meddlings;
    world->machines.at("web")->f.meddled = "something else moves its balloon";
    world->engine.machine_changed(world->machines.at("web")->id());
    world->demands["web"] = 1_GiB;
    world->demands["db"] = 1_GiB;
  }
  std::size_t orders(const std::string& name) { return world->machines.at(name)->targets.size(); }
  std::size_t told() {
    const auto events = world->engine.events(0);
    return static_cast<std::size_t>(std::ranges::count(events, EventCode::VmMeddled, &EventRecord::code));
  }
  std::unique_ptr<fakes::World> world;
};

TEST_F(OtherManager, OfAVmIsReportedOnceAndLeftAlone) {
  begin();
  world->run(10s);
  EXPECT_EQ(orders("web"), 0u);
  EXPECT_GT(orders("db"), 0u);
  EXPECT_EQ(told(), 1u);
  EXPECT_EQ(world->vm("web").status, Status::Static);
  EXPECT_THAT(world->vm("web").note, HasSubstr("something else moves its balloon; left alone until"));
}

TEST_F(OtherManager, FightsWithAerostatWithoutTheGuard) {
  Guards guards;
  guards.other_hand = false;
  begin(guards);
  world->run(10s);
  EXPECT_GT(orders("web"), 0u);
}

TEST_F(OtherManager, MayStayThoughTheConfigurationIsReadAgain) {
  begin();
  world->engine.reconfigure(8_GiB, {}, profile(ProfileName::Balanced));
  world->run(5s);
  EXPECT_EQ(orders("web"), 0u);
}

TEST_F(OtherManager, IsOverWhenTheOwnerSaysSo) {
  begin();
  world->run(1s);
  SettingsChange change;
  change.to.mode = Mode::Dynamic;
  ASSERT_TRUE(world->set("web", change, false));
  world->run(10s);
  EXPECT_GT(orders("web"), 0u);
  EXPECT_NE(world->vm("web").status, Status::Static);
}

TEST_F(OtherManager, IsOverWhenTheSettingsAreChangedElsewhere) {
  begin();
  const VmId id = world->machines.at("web")->id();
  world->engine.settings_changed(id);
  world->run(1s);
  EXPECT_EQ(world->vm("web").status, Status::Static) << "nothing was changed";
  world->settings.kept["web"].weight = 6000;
  world->engine.settings_changed(id);
  world->run(10s);
  EXPECT_GT(orders("web"), 0u);
}

TEST_F(OtherManager, OfAStaticVmIsItsOwnersBusiness) {
  begin();
  SettingsChange change;
  change.to.mode = Mode::Static;
  ASSERT_TRUE(world->set("web", change, false));
  ++world->machines.at("web")->f.meddlings;
  world->run(1s);
  EXPECT_EQ(told(), 1u);
  EXPECT_EQ(world->vm("web").note, "");
}

}  // namespace
}  // namespace aerostat
