// Which VM is meant: ids, names, and two drivers that show VMs of one name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> names(const World& w) {
  std::vector<std::string> out;
  for (const VmReport& each : w.engine.vms()) out.push_back(each.name);
  return out;
}

// Two VMs of one name, shown by two drivers, each in a process of its own.
struct Twins : World {
  Twins() : World(8_GiB) {
    demands = {{"web", 300_MiB}};
    qemu = &add("web", 512_MiB);
    libvirt = std::make_unique<FakeMachine>("web", 1_GiB, 1_GiB, "libvirt");
    libvirt->f.pid = 77;
    libvirt->f.agent_socket = "/fake/libvirt";
    engine.machine_appeared(*libvirt);
  }
  FakeMachine* qemu;
  std::unique_ptr<FakeMachine> libvirt;
};

TEST(EngineNames, TwoVmsOfOneNameLiveSideBySideAndOneMayVanish) {
  Twins w;
  w.run(1s);
  EXPECT_THAT(names(w), ElementsAre("web@fake", "web@libvirt"));
  EXPECT_EQ(w.vm("web@fake").assigned, 512_MiB);
  EXPECT_EQ(w.vm("web@libvirt").assigned, 1_GiB);
  EXPECT_EQ(w.engine.host().committed, 1536_MiB);
  w.host.ended.insert(77);
  w.engine.machine_vanished(w.libvirt->id(), "the test ends it");
  EXPECT_THAT(names(w), ElementsAre("web"));
  EXPECT_EQ(w.vm("web").assigned, 512_MiB);
  EXPECT_EQ(w.vm("web@fake").assigned, 512_MiB) << "the long name is understood too";
  w.demands["web"] = 500_MiB;
  w.run(2s);
  EXPECT_GT(w.assigned("web"), 512_MiB) << "and its guest is heard";
}

TEST(EngineNames, WhoNamesBothIsAskedWhichOne) {
  Twins w;
  EXPECT_THAT(w.engine.vm("web").error().message, HasSubstr("web@fake, web@libvirt"));
  EXPECT_THAT(w.engine.explain("web", 5).error().message, HasSubstr("web@fake, web@libvirt"));
  Settings change;
  change.weight = 7;
  EXPECT_EQ(w.set("web", {change}, false).error().kind, Error::Kind::Invalid);
  ASSERT_TRUE(w.set("web@libvirt", {change}, false));
  EXPECT_EQ(w.vm("web@libvirt").limits.weight, 7);
  EXPECT_EQ(w.vm("web@fake").limits.weight, kDefaultWeight);
}

TEST(EngineNames, WhatWasSetForAVmStaysWhenAnotherOfItsNameAppears) {
  World w(8_GiB);
  w.add("web");
  Settings change;
  change.minimum = change.startup = 300_MiB;
  ASSERT_TRUE(w.set("web", {change}, false));
  FakeMachine other("web", 1_GiB, 1_GiB, "libvirt");
  other.f.pid = 77;
  w.engine.machine_appeared(other);
  w.engine.reconfigure(8_GiB, {}, profile(ProfileName::Balanced));
  EXPECT_EQ(w.vm("web@fake").limits.minimum, 300_MiB);
  w.engine.machine_vanished(other.id(), "the test ends it");
}

TEST(EngineNames, WhatWasDecidedAboutAVmStaysWhenItIsRenamed) {
  World w(8_GiB);
  FakeMachine& web = w.add("web");
  w.demands["web"] = 380_MiB;
  w.run(2s);
  const std::size_t decisions = w.engine.explain("web", 100)->size();
  ASSERT_GT(decisions, 0u);
  const VmId was = web.id();
  web.be_known_as({"fake", "a-uuid"}, "shop");
  w.engine.machine_renamed(was, web);
  EXPECT_EQ(w.engine.explain("shop", 100)->size(), decisions);
  EXPECT_FALSE(w.engine.vm("web"));
  EXPECT_EQ(w.engine.host().vms, 1u);
  EXPECT_EQ(w.engine.host().committed, w.vm("shop").committed);
  w.engine.machine_vanished(web.id(), "the test ends it");
  EXPECT_EQ(w.engine.host().vms, 0u);
}

TEST(EngineNames, AReservationIsForTheVmThatPeopleMean) {
  for (const std::string owner : {"web", "web@libvirt", "libvirt:web"}) {
    World w(8_GiB);
    ASSERT_TRUE(w.engine.reserve({owner, 2_GiB}));
    FakeMachine other("web", 1_GiB, 1_GiB, "libvirt");
    other.f.pid = 77;
    w.engine.machine_appeared(other);
    EXPECT_EQ(w.engine.host().reserved, 0_MiB) << owner;
    w.engine.machine_vanished(other.id(), "the test ends it");
  }
}

TEST(EngineNames, EveryNameIsShownClean) {
  World w(8_GiB);
  for (const auto& [name, shown] :
       std::map<std::string, std::string>{{"my\nVM/\x1b[31m \xc3\xbc", "my_VM___31m __"},
                                          {"-web ", "_web_"},
                                          {"", "_"},
                                          {std::string(300, 'x'), std::string(64, 'x')}}) {
    FakeMachine odd(name, 256_MiB, 1_GiB);
    w.engine.machine_appeared(odd);
    EXPECT_EQ(names(w), std::vector<std::string>{shown});
    w.host.ended.insert(1);
    w.engine.machine_vanished(odd.id(), "the test ends it");
  }
}

TEST(EngineNames, AVmWhoseNameLooksLikeAnothersIsStillItself) {
  Twins w;
  FakeMachine odd("web@fake", 256_MiB, 1_GiB, "odd");
  odd.f.pid = 78;
  w.engine.machine_appeared(odd);
  EXPECT_EQ(w.engine.vms().size(), 3u);
  EXPECT_EQ(w.vm("web@fake").assigned, 512_MiB);
  EXPECT_EQ(w.vm("odd:web@fake").assigned, 256_MiB);
  w.engine.machine_vanished(odd.id(), "the test ends it");
  EXPECT_EQ(w.engine.vms().size(), 2u);
}

}  // namespace
}  // namespace aerostat
