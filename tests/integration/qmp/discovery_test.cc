// Many machines: how they are found, how they vanish, and that none of them waits for another.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "lab.h"
#include "scripted_qmp.h"
#include "vmm/qemu/qemu_machines.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr Duration kProbeDeadline = 300ms;

class DiscoveryTest : public ::testing::Test {
 protected:
  std::unique_ptr<ScriptedQmp> peer(const std::string& file, QmpScript script = {}) {
    return std::make_unique<ScriptedQmp>(lab.io, lab.clock, lab.path(file), std::move(script));
  }
  bool gone(const std::string& name) {
    return lab.until([&] { return !lab.machines.contains(name); });
  }
  bool up(const std::string& name) {
    return lab.until([&] { return lab.is_up(name); });
  }

  Lab lab;
  QemuMachines machines{lab.io, lab.clock, lab, kProbeDeadline, Lab::process_of};
};

TEST_F(DiscoveryTest, FindsWhatIsThereAndWhatComesAndGoes) {
  const auto db = peer("db.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  EXPECT_TRUE(up("db"));
  auto web = peer("web.sock");
  EXPECT_TRUE(up("web"));
  web.reset();
  EXPECT_TRUE(gone("web"));
  ASSERT_EQ(lab.vanished.size(), 1u);
  EXPECT_THAT(lab.vanished[0], HasSubstr("web: its monitor socket is gone"));
  EXPECT_TRUE(lab.is_up("db"));
}

TEST_F(DiscoveryTest, LeavesAloneWhatIsNoMonitor) {
  const auto agent = peer("db.agent.sock");
  const auto other = peer("db.socket");
  const auto bad = peer("-x.qmp");
  std::ofstream(lab.path("file.qmp")) << "not a socket";
  const auto db = peer("db.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  EXPECT_EQ(lab.machines.size(), 1u);
  EXPECT_EQ(agent->connections() + other->connections() + bad->connections(), 0u);
}

TEST_F(DiscoveryTest, SaysOnceThatAMonitorsNameCannotBeAVms) {
  const auto good = peer("Home Assistant.qmp");
  const auto bad = peer("b\xc3\xbcro.qmp");
  const auto no_monitor = peer("b\xc3\xbcro.agent.sock");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("Home Assistant"));
  const auto another = peer("db.qmp");
  ASSERT_TRUE(up("db"));
  ASSERT_EQ(lab.passed_over.size(), 1u);
  EXPECT_THAT(lab.passed_over[0], HasSubstr("b\xc3\xbcro.qmp: its name is not a valid VM name"));
  EXPECT_THAT(lab.passed_over[0], HasSubstr("rename it, or name the VM in the configuration"));
  ASSERT_TRUE(machines.add("office", lab.path("b\xc3\xbcro.qmp")));
  EXPECT_TRUE(up("office"));
}

TEST_F(DiscoveryTest, AMonitorThatNeverAnswersIsAVmThatIsHung) {
  QmpScript mute;
  mute.greets = false;
  const auto db = peer("db.qmp", mute);
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(lab.until([&] { return lab.machines.contains("db"); }));
  EXPECT_TRUE(lab.until([&] { return lab.facts("db").link == Link::Hung; }));
  EXPECT_FALSE(lab.facts("db").known);
  EXPECT_TRUE(lab.facts("db").pid);
}

TEST_F(DiscoveryTest, ASocketNobodyListensOnIsNoVmUntilSomebodyDoes) {
  {
    const auto dead = peer("db.qmp");
    dead->stop_listening();
  }
  ASSERT_TRUE(std::filesystem::exists(lab.path("db.qmp")));
  ASSERT_TRUE(machines.watch(lab.dir));
  EXPECT_TRUE(lab.throughout(500ms, [&] { return lab.machines.empty(); }));
  const auto db = peer("db.qmp");
  EXPECT_TRUE(up("db"));
}

TEST_F(DiscoveryTest, AVmWhoseProcessWasKilledVanishesThoughItsSocketStays) {
  const auto db = peer("db.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  db->stop_listening();
  ASSERT_TRUE(gone("db"));
  EXPECT_THAT(lab.vanished[0], HasSubstr("no process listens"));
  const auto again = peer("db.qmp");
  EXPECT_TRUE(up("db"));
}

TEST_F(DiscoveryTest, AHungMonitorDelaysNobody) {
  const auto sick = peer("sick.qmp");
  const auto well = peer("well.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("sick"));
  ASSERT_TRUE(up("well"));
  sick->script.answers = false;
  lab.machines["sick"]->set_target(1_GiB);
  const TimePoint begin = lab.clock.now();
  lab.machines["well"]->set_target(1_GiB);
  ASSERT_TRUE(lab.until([&] { return lab.facts("well").assigned() == 1_GiB; }));
  EXPECT_LT(lab.clock.now() - begin, kProbeDeadline);
  ASSERT_TRUE(lab.until([&] { return lab.facts("sick").link == Link::Hung; }));
  EXPECT_EQ(lab.facts("sick").committed(), 1_GiB);
  EXPECT_TRUE(lab.is_up("well"));
}

TEST_F(DiscoveryTest, AHundredMachinesAreSweptTogether) {
  std::vector<std::unique_ptr<ScriptedQmp>> peers;
  for (int i = 0; i < 100; ++i) {
    QmpScript script;
    script.step = 10ms;
    if (i % 10 == 9) script.greets = false;
    peers.push_back(peer(fmt::format("vm{}.qmp", i), script));
  }
  const TimePoint begin = lab.clock.now();
  ASSERT_TRUE(machines.watch(lab.dir));
  const auto count = [&](auto holds) {
    int n = 0;
    for (const auto& [name, machine] : lab.machines) n += holds(machine->facts()) ? 1 : 0;
    return n;
  };
  ASSERT_TRUE(
      lab.until([&] { return count([](const MachineFacts& f) { return f.link == Link::Up; }) == 90; }));
  for (const auto& [name, machine] : lab.machines) machine->set_target(1_GiB);
  ASSERT_TRUE(
      lab.until([&] { return count([](const MachineFacts& f) { return f.assigned() == 1_GiB; }) == 90; }));
  RecordProperty("milliseconds", static_cast<int>(milliseconds(lab.clock.now() - begin)));
  EXPECT_TRUE(
      lab.until([&] { return count([](const MachineFacts& f) { return f.link == Link::Hung; }) == 10; }));
}

TEST_F(DiscoveryTest, AMissingDirectoryIsAnErrorThatSaysWhatToDo) {
  const Result<void> done = machines.watch(lab.path("none"));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, Error::Kind::NotFound);
  EXPECT_THAT(done.error().message, HasSubstr(lab.path("none") + " does not exist; make it"));
}

TEST_F(DiscoveryTest, ADirectoryThatVanishesIsReportedAndFoundAgain) {
  const std::string dir = lab.path("sockets");
  std::filesystem::create_directory(dir);
  ASSERT_TRUE(machines.watch(dir));
  EXPECT_EQ(machines.health(), "");
  std::filesystem::remove(dir);
  ASSERT_TRUE(lab.until([&] { return !machines.health().empty(); }));
  EXPECT_THAT(machines.health(), HasSubstr(dir + " does not exist"));
  std::filesystem::create_directory(dir);
  const auto db = peer("sockets/db.qmp");
  EXPECT_TRUE(up("db"));
  EXPECT_EQ(machines.health(), "");
  const auto web = peer("sockets/web.qmp");  // watched again, not only found
  EXPECT_TRUE(lab.until([&] { return lab.is_up("web"); }, 2s));
}

TEST_F(DiscoveryTest, OneThatIsNamedWinsOverOneThatIsFound) {
  QmpScript bigger;
  bigger.base = bigger.balloon_actual = bigger.balloon_target = 512_MiB;
  const auto found = peer("db.qmp");
  std::filesystem::create_directory(lab.path("else"));
  const auto named = peer("else/monitor", bigger);
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  ASSERT_TRUE(machines.add("db", lab.path("else/monitor")));
  ASSERT_TRUE(lab.until([&] { return lab.is_up("db") && lab.facts("db").base == 512_MiB; }));
  machines.remove("db");
  EXPECT_TRUE(lab.until([&] { return lab.is_up("db") && lab.facts("db").base == 384_MiB; }));
}

TEST_F(DiscoveryTest, ASocketThatIsNamedToUsIsNoSecondVmInItsDirectory) {
  const auto db = peer("db.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(machines.add("office", lab.path("db.qmp")));
  ASSERT_TRUE(up("office"));
  EXPECT_EQ(lab.machines.size(), 1u);
}

// A link to its socket, another name for it: the kernel says which process listens.
TEST_F(DiscoveryTest, OneProcessIsOneVmHoweverManySocketsShowIt) {
  const auto db = peer("db.qmp");
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  std::filesystem::create_hard_link(lab.path("db.qmp"), lab.path("aa.qmp"));
  std::filesystem::create_symlink(lab.path("db.qmp"), lab.path("zz.qmp"));
  ASSERT_TRUE(lab.until([&] { return lab.passed_over.size() == 2; }));
  EXPECT_THAT(lab.passed_over[0], HasSubstr("which is VM 'db' already: it is counted once"));
  EXPECT_EQ(lab.machines.size(), 1u);
  std::filesystem::remove(lab.path("db.qmp"));  // as after a rename
  std::filesystem::remove(lab.path("zz.qmp"));
  db->drop_client();
  ASSERT_TRUE(gone("db"));
  EXPECT_TRUE(up("aa")) << "it is still to be reached there";
  EXPECT_EQ(lab.machines.size(), 1u);
}

TEST_F(DiscoveryTest, AnotherSocketInThePlaceOfOneIsAnotherVm) {
  const auto first = peer("first");
  std::filesystem::rename(lab.path("first"), lab.path("db.qmp"));
  ASSERT_TRUE(machines.watch(lab.dir));
  ASSERT_TRUE(up("db"));
  QmpScript bigger;
  bigger.base = bigger.balloon_actual = bigger.balloon_target = 512_MiB;
  const auto second = peer("second", bigger);
  std::filesystem::rename(lab.path("second"), lab.path("db.qmp"));
  ASSERT_TRUE(lab.until([&] { return !lab.vanished.empty(); }));
  EXPECT_THAT(lab.vanished[0], HasSubstr("another socket has taken the place of its monitor"));
  EXPECT_TRUE(lab.until([&] { return lab.is_up("db") && lab.facts("db").base == 512_MiB; }));
}

TEST_F(DiscoveryTest, OneThatIsNamedAndForgottenIsGone) {
  const auto db = peer("anything");
  EXPECT_FALSE(machines.add("../db", lab.path("anything")));
  ASSERT_TRUE(machines.add("db", lab.path("anything")));
  ASSERT_TRUE(up("db"));
  machines.remove("db");
  EXPECT_TRUE(gone("db"));
}

// Permissions do not bind root, so the part that is to be denied runs as nobody.
TEST_F(DiscoveryTest, NoPermissionIsSaidWithTheRemedy) {
  const auto db = peer("db.qmp");
  ::chmod(lab.dir.c_str(), 0755);
  ::chmod(lab.path("db.qmp").c_str(), 0600);
  const bool root = ::geteuid() == 0;
  if (!root) ::chmod(lab.path("db.qmp").c_str(), 0);
  if (root && ::seteuid(65534) != 0) GTEST_SKIP() << "root, and cannot become nobody to be denied";
  ASSERT_TRUE(machines.watch(lab.dir));
  const bool denied =
      lab.until([&] { return lab.machines.contains("db") && lab.facts("db").link == Link::Denied; });
  ASSERT_TRUE(!root || ::seteuid(0) == 0);
  ASSERT_TRUE(denied);
  EXPECT_THAT(lab.facts("db").link_note, HasSubstr("no permission to open " + lab.path("db.qmp")));
  EXPECT_THAT(lab.facts("db").link_note,
              HasSubstr("give the user that runs aerostatd read and write permission on it"));
  ::chmod(lab.path("db.qmp").c_str(), 0666);
  EXPECT_TRUE(up("db"));
}

}  // namespace
}  // namespace aerostat
