// One machine against a scripted monitor: what it learns, how it grows and shrinks, and what it does when the
// guest or the monitor does not play along.
#include "vmm/qemu/qemu_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "lab.h"
#include "scripted_qmp.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Duration kShortDeadline = 200ms;

std::string requested(Bytes n) { return "requested-size " + std::to_string(n.count()); }
std::string balloon(Bytes n) { return "balloon " + std::to_string(n.count()); }

class QemuMachineTest : public ::testing::Test {
 protected:
  void begin(QmpScript script = {}, Duration deadline = kShortDeadline) {
    peer = std::make_unique<ScriptedQmp>(lab.io, lab.path("db.qmp"), std::move(script));
    connect(deadline);
  }
  void connect(Duration deadline = kShortDeadline) {
    machine.reset();
    machine = std::make_unique<QemuMachine>(
        lab.io, lab.clock, "db", lab.path("db.qmp"), [this] { watch(); }, deadline);
    machine->start();
  }
  void begin_up(QmpScript script = {}) {
    begin(std::move(script));
    ASSERT_TRUE(comes_up());
  }
  bool comes_up() {
    return lab.until([this] { return facts().link == Link::Up; });
  }
  bool arrives(Bytes target) {
    return lab.until([this, target] { return facts().assigned() == target && facts().target() == target; });
  }
  const MachineFacts& facts() { return machine->facts(); }
  const BalloonAndBlocks& memory() { return machine->memory(); }
  Bytes truly_held() const { return peer->script.balloon_actual + peer->script.plugged; }
  // Law 1, at each change: what is counted is at least what the VM really has.
  void watch() {
    ++changes;
    least_counted = std::min(least_counted, facts().committed());
    if (facts().known && facts().committed() < truly_held() - slack) ++uncounted;
  }

  Lab lab;
  std::unique_ptr<ScriptedQmp> peer;
  std::unique_ptr<QemuMachine> machine;
  std::size_t changes = 0;
  std::size_t uncounted = 0;
  Bytes least_counted = 1024_GiB;
  Bytes slack;
};

TEST_F(QemuMachineTest, LearnsByAskingWhatTheVmCanDo) {
  QmpScript script;
  script.plugged = script.plug_requested = 128_MiB;
  begin_up(script);
  EXPECT_TRUE(facts().known);
  EXPECT_EQ(facts().base, 384_MiB);
  EXPECT_TRUE(memory().has_balloon);
  EXPECT_EQ(memory().balloon_actual, 384_MiB);
  EXPECT_TRUE(memory().has_plug);
  EXPECT_EQ(memory().plug_block, 2_MiB);
  EXPECT_EQ(memory().plug_maximum, 2048_MiB);
  EXPECT_EQ(facts().assigned(), 512_MiB);
  EXPECT_EQ(facts().committed(), 512_MiB);
  EXPECT_EQ(facts().run_state, RunState::Running);
  EXPECT_EQ(facts().agent_socket, "/run/vm/db.agent");
  EXPECT_EQ(facts().manager_note, "");
  EXPECT_EQ(facts().pid, ::getpid());
}

TEST_F(QemuMachineTest, SaysInWordsWhatIsMissing) {
  QmpScript script;
  script.plug = script.balloon = false;
  script.agent_filename = "";
  begin_up(script);
  EXPECT_THAT(facts().manager_note,
              HasSubstr("no virtio-mem device: it cannot grow beyond 384 MiB; see aerostat qemu-args"));
  EXPECT_THAT(facts().manager_note, HasSubstr("no virtio-balloon device: it cannot shrink below 384 MiB"));
  EXPECT_THAT(facts().manager_note, HasSubstr("no port org.aerostat.guest.0"));
  EXPECT_EQ(facts().maximum(), 384_MiB);
  EXPECT_EQ(machine->reachable(1_GiB), 384_MiB);
  EXPECT_EQ(machine->reachable(64_MiB), 384_MiB);
  machine->set_target(1_GiB);
  EXPECT_EQ(facts().committed(), 384_MiB);
  EXPECT_TRUE(peer->orders().empty());
}

TEST_F(QemuMachineTest, GrowsAtOnceAndCountsItAtOnce) {
  begin_up();
  machine->set_target(1025_MiB);
  EXPECT_EQ(facts().committed(), 1024_MiB);  // before any answer; rounded down to whole blocks
  EXPECT_EQ(facts().assigned(), 384_MiB);
  EXPECT_TRUE(arrives(1024_MiB));
  EXPECT_GT(facts().grew_at, TimePoint{});
  EXPECT_EQ(peer->orders().back(), requested(640_MiB));
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, DeflatesFirstAndPlugsInTheSameBreath) {
  QmpScript script;
  script.balloon_actual = script.balloon_target = 256_MiB;
  begin_up(script);
  machine->set_target(512_MiB);
  ASSERT_TRUE(arrives(512_MiB));
  // It is taken over as it was first.
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(256_MiB), balloon(384_MiB), requested(128_MiB)));
}

TEST_F(QemuMachineTest, UnplugsBeforeItInflates) {
  QmpScript script;
  script.plugged = script.plug_requested = 512_MiB;
  script.per_step = 16_MiB;
  begin_up(script);
  machine->set_target(480_MiB);
  EXPECT_EQ(facts().committed(), 896_MiB);  // nothing has come back yet
  ASSERT_TRUE(arrives(480_MiB));
  EXPECT_EQ(memory().balloon_actual, 384_MiB);
  EXPECT_EQ(facts().committed(), 480_MiB);
  machine->set_target(256_MiB);
  ASSERT_TRUE(arrives(256_MiB));
  EXPECT_EQ(memory().plugged, 4_MiB) << "with it Linux keeps its block";
  EXPECT_EQ(memory().balloon_actual, 252_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, KnowsTheTruthWithoutAnyEvent) {
  QmpScript script;
  script.tells_changes = false;
  begin_up(script);
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
  machine->set_target(256_MiB);
  EXPECT_TRUE(arrives(256_MiB));
}

TEST_F(QemuMachineTest, ShowsAPartialPlugAsWhatItIs) {
  QmpScript script;
  script.plug_stops_at = 128_MiB;
  begin_up(script);
  machine->set_target(1_GiB);
  ASSERT_TRUE(lab.until([this] { return memory().plugged == 128_MiB; }));
  EXPECT_EQ(facts().assigned(), 512_MiB);
  EXPECT_EQ(facts().committed(), 1_GiB);  // it may still take it
  machine->set_target(512_MiB);           // the promise is withdrawn
  EXPECT_TRUE(lab.until([this] { return facts().committed() == 512_MiB; }));
}

TEST_F(QemuMachineTest, CountsAStuckBalloonAsHeld) {
  QmpScript script;
  script.balloon_stops_at = 320_MiB;
  begin_up(script);
  machine->set_target(256_MiB);
  ASSERT_TRUE(lab.until([this] { return memory().balloon_actual == 320_MiB; }));
  EXPECT_TRUE(lab.throughout(200ms, [this] { return facts().committed() >= 320_MiB; }));
  EXPECT_EQ(facts().target(), 256_MiB);
}

TEST_F(QemuMachineTest, InflatesForWhatAStuckUnplugDoesNotGiveAndDeflatesWhenItDoes) {
  QmpScript script;
  script.plugged = script.plug_requested = 256_MiB;
  script.unplug_stops_at = 200_MiB;
  begin_up(script);
  machine->set_target(480_MiB);
  EXPECT_TRUE(lab.throughout(kUnplugPatience / 2,
                             [this] { return peer->script.balloon_target == 384_MiB; }));  // patience
  ASSERT_TRUE(lab.until([this] { return facts().assigned() == 480_MiB; }));
  EXPECT_EQ(memory().balloon_actual, 280_MiB);
  peer->script.unplug_stops_at.reset();
  EXPECT_TRUE(lab.until([this] { return memory().balloon_actual == 384_MiB && memory().plugged == 96_MiB; }));
  EXPECT_LE(facts().committed(), 480_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, PlugsAFirstBlockWhenTheBalloonHasTakenAsMuch) {
  begin_up();
  machine->prepare_to_grow();
  ASSERT_TRUE(lab.until([this] { return memory().plugged == 4_MiB; }));
  ASSERT_TRUE(arrives(384_MiB));
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(384_MiB), balloon(380_MiB), requested(4_MiB)));
  EXPECT_EQ(facts().committed(), 384_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, OpensTheNextBlockWhenTheBalloonHasTakenAsMuch) {
  QmpScript script;
  script.plugged = script.plug_requested = 118_MiB;
  script.per_step = 4_MiB;
  begin_up(script);
  least_counted = facts().committed();
  machine->prepare_to_grow();
  ASSERT_TRUE(lab.until([this] { return memory().owed > 8_MiB; }));
  EXPECT_EQ(facts().due(), 502_MiB);
  ASSERT_TRUE(lab.until([this] { return memory().plugged == 132_MiB; }));
  ASSERT_TRUE(arrives(502_MiB));
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(384_MiB), balloon(370_MiB), requested(132_MiB)));
  EXPECT_EQ(facts().committed(), 502_MiB);
  EXPECT_EQ(least_counted, 502_MiB) << "what the balloon took is not for others";
  EXPECT_EQ(memory().owed, 0_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, ATradeThatIsRefusedCostsTheGuestNothing) {
  QmpScript script;
  script.plugged = script.plug_requested = 118_MiB;
  begin_up(script);
  peer->script.refuses = "requested-size";
  machine->prepare_to_grow();
  ASSERT_TRUE(lab.until([this] { return !peer->orders().empty() && facts().assigned() < 502_MiB; }));
  ASSERT_TRUE(arrives(502_MiB));
  EXPECT_EQ(memory().balloon_actual, 384_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, PreparesNothingBeforeItIsRead) {
  begin();
  machine->prepare_to_grow();
  ASSERT_TRUE(comes_up());
  EXPECT_FALSE(memory().goal);
}

TEST_F(QemuMachineTest, PreparesNothingThatCannotGrow) {
  QmpScript bare;
  bare.plug = false;
  begin_up(bare);
  machine->prepare_to_grow();
  EXPECT_FALSE(memory().goal);
}

TEST_F(QemuMachineTest, PreparesNothingInBlocksOfLinux) {
  QmpScript coarse;
  coarse.plug_block = 128_MiB;
  begin_up(coarse);
  machine->prepare_to_grow();
  EXPECT_FALSE(memory().goal);
}

TEST_F(QemuMachineTest, UnplugsTheLastBlockTooWhereNoBalloonMakesUpForIt) {
  QmpScript script;
  script.plugged = script.plug_requested = 256_MiB;
  script.balloon_stops_at = 384_MiB;
  begin_up(script);
  machine->set_target(384_MiB);
  ASSERT_TRUE(lab.until([this] { return memory().plugged == 0_MiB && facts().committed() == 384_MiB; }));
  EXPECT_EQ(peer->script.balloon_target, 384_MiB);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, TellsWhyItsMonitorNeverGreets) {
  QmpScript script;
  script.greets = false;
  begin(script);
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  EXPECT_THAT(facts().link_note, HasSubstr("said nothing for 0.2 s"));
  EXPECT_THAT(facts().link_note, HasSubstr("another program"));
  EXPECT_FALSE(facts().known);
  EXPECT_EQ(facts().pid, ::getpid());
}

TEST_F(QemuMachineTest, WaitsInLineBehindAnotherClientOfTheSameMonitor) {
  begin_up();
  auto first = std::move(machine);
  connect();
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  first.reset();
  EXPECT_TRUE(comes_up());
}

TEST_F(QemuMachineTest, SaysWhenTooManyWaitForItsMonitor) {
  begin_up();
  // One is served and two wait: that is all a backlog of one, which QEMU asks for too, lets the kernel take.
  QmpClient second(lab.io, lab.path("db.qmp"), {}), third(lab.io, lab.path("db.qmp"), {});
  QmpClient fourth(lab.io, lab.path("db.qmp"), {});
  second.start();
  third.start();
  fourth.start();
  EXPECT_EQ(third.link(), Link::Connecting);
  EXPECT_EQ(fourth.link(), Link::Hung);
  EXPECT_THAT(fourth.note(), HasSubstr("the queue of"));
}

TEST_F(QemuMachineTest, BecomesHungInTheMiddleOfAnAnswerAndRecovers) {
  begin_up();
  peer->script.answers_left = 0;
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  EXPECT_THAT(facts().link_note, HasSubstr("no answer to "));
  machine->set_target(1_GiB);
  EXPECT_EQ(facts().committed(), 384_MiB);  // nothing was asked, nothing is claimed
  peer->script.answers = true;
  peer->drop_client();  // half an answer cannot be continued
  EXPECT_TRUE(comes_up());
}

TEST_F(QemuMachineTest, ALateAnswerBringsItBackWithTheTruth) {
  begin_up();
  peer->script.answers = false;
  machine->set_target(1_GiB);
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  EXPECT_EQ(facts().committed(), 1_GiB);  // asked, not answered: it may happen
  peer->script.answers = true;
  peer->answer_now();
  ASSERT_TRUE(comes_up());
  EXPECT_EQ(memory().plug_requested, 640_MiB);
  EXPECT_TRUE(lab.until([this] { return facts().assigned() == 1_GiB; }));
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, SaysThatItsMonitorTalksGarbage) {
  QmpScript script;
  script.garbage = "SSH-2.0-OpenSSH\r\n";
  begin(script);
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Lost; }));
  EXPECT_THAT(facts().link_note, HasSubstr("does not speak QMP: not JSON: 'SSH-2.0-OpenSSH'"));
}

TEST_F(QemuMachineTest, ReconnectsAfterADropAndGoesOn) {
  begin_up();
  peer->drop_client();
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Lost; }));
  EXPECT_TRUE(facts().known);
  ASSERT_TRUE(comes_up());
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
}

// The daemon was killed while a balloon it had ordered to deflate was on its way: its successor cannot see
// how far it will go.
TEST_F(QemuMachineTest, ARestartKeepsLawOneWhileABalloonDeflates) {
  QmpScript script;
  script.balloon_actual = 128_MiB;
  script.balloon_target = 384_MiB;
  script.per_step = 1_MiB;
  slack = script.per_step;  // what moves between QEMU's answer and our looking
  begin(script);
  while (facts().link != Link::Up) {
    ASSERT_TRUE(!facts().known || memory().balloon_target || facts().committed() == 384_MiB);
    lab.io.run_one_for(5ms);
  }
  ASSERT_TRUE(memory().balloon_target);
  EXPECT_LT(*memory().balloon_target, 384_MiB);  // stopped where it was
  EXPECT_EQ(peer->script.balloon_target, *memory().balloon_target);
  EXPECT_EQ(uncounted, 0u);
  EXPECT_TRUE(lab.throughout(200ms, [this] { return facts().committed() >= truly_held() - slack; }));
}

TEST_F(QemuMachineTest, AnOrderThatIsRefusedLeavesTheFactsAtTheTruth) {
  begin_up();
  peer->script.refuses = "requested-size";
  machine->set_target(1_GiB);
  ASSERT_TRUE(lab.until([this] { return facts().committed() == 384_MiB; }));
  EXPECT_EQ(memory().plug_requested, 0_MiB);
  EXPECT_THAT(
      facts().refusal,
      HasSubstr("QEMU refuses to change its plugged memory: the script refuses this; it is asked again"));
  EXPECT_TRUE(facts().backs_off);
  EXPECT_EQ(facts().link, Link::Up);
  peer->script.refuses = "";
  ASSERT_TRUE(lab.until([this] { return !facts().backs_off; }));
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
  EXPECT_EQ(facts().refusal, "");
}

TEST_F(QemuMachineTest, ABalloonOrderThatIsRefusedLeavesTheOneBeforeInForce) {
  begin_up();
  peer->script.refuses = "balloon";
  machine->set_target(300_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().backs_off; }));
  ASSERT_TRUE(lab.until([this] { return memory().balloon_target == 384_MiB; }));
  EXPECT_EQ(facts().target(), 384_MiB);
  EXPECT_EQ(facts().committed(), 384_MiB);
  peer->script.refuses = "";
  ASSERT_TRUE(lab.until([this] { return !facts().backs_off; }));
  machine->set_target(300_MiB);
  EXPECT_TRUE(arrives(300_MiB));
  EXPECT_EQ(facts().refusal, "");
}

// Whoever wants something asks again as soon as it may.
TEST_F(QemuMachineTest, AsksAQemuThatRefusesLessAndLessOften) {
  begin_up();
  peer->script.refuses = "balloon";
  std::size_t asked = 0;
  EXPECT_TRUE(lab.throughout(4s, [&] {
    if (facts().backs_off || !memory().balloon_target || facts().target() != 384_MiB) return true;
    machine->set_target(300_MiB);
    ++asked;
    return true;
  }));
  EXPECT_GE(asked, 2u);
  EXPECT_LE(asked, 4u) << "after 0.5 s, 1 s and 2 s";
}

TEST_F(QemuMachineTest, WhatOneDeviceRefusesTheOtherStillDoes) {
  QmpScript script;
  script.balloon_actual = script.balloon_target = 256_MiB;
  begin_up(script);
  peer->script.refuses = "balloon";
  machine->set_target(512_MiB);
  EXPECT_TRUE(lab.until([this] { return facts().assigned() == 384_MiB; })) << "what could be plugged";
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(QemuMachineTest, ABalloonThatCannotBeSettledCountsAsWholeAndIsAskedForAgain) {
  QmpScript script;
  script.balloon_actual = script.balloon_target = 256_MiB;
  script.refuses = "balloon";
  begin_up(script);
  ASSERT_TRUE(lab.until([this] { return facts().known && !memory().has_balloon; }));
  EXPECT_EQ(facts().committed(), 384_MiB);
  EXPECT_THAT(facts().manager_note, HasSubstr("its balloon does not work: the script refuses this"));
  machine->set_target(512_MiB);
  EXPECT_TRUE(lab.until([this] { return memory().plugged == 128_MiB; })) << "the other device works";
  peer->script.refuses = "";
  EXPECT_TRUE(lab.until([this] { return memory().has_balloon && memory().balloon_target; }));
}

TEST_F(QemuMachineTest, AsksAgainForWhatAQuestionThatWasRefusedWouldHaveTold) {
  for (const char* question : {"query-chardev", "query-balloon", "qom-list", "query-memory-devices"}) {
    QmpScript script;
    machine.reset();
    peer.reset();
    script.refuses = question;
    script.refusals = 1;
    begin_up(script);
    EXPECT_TRUE(lab.until([this] {
      return memory().has_balloon && memory().has_plug && facts().agent_socket &&
             facts().manager_note.empty();
    })) << question;
  }
}

TEST_F(QemuMachineTest, AQuestionThatIsRefusedLaterLosesNothingForGood) {
  begin_up();
  peer->script.refuses = "query-memory-size-summary";
  peer->script.refusals = 1;
  peer->send_event("DEVICE_DELETED", nlohmann::json::object());
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Lost; }));
  EXPECT_TRUE(comes_up());
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
}

TEST_F(QemuMachineTest, SwitchesStatisticsOnAgainThatWereRefusedOrSwitchedOff) {
  QmpScript script;
  script.refuses = "guest-stats-polling-interval";
  script.refusals = 2;
  begin_up(script);
  EXPECT_TRUE(lab.until([this] { return peer->script.stats_interval == 1; }));
  peer->script.stats_interval = 0;  // by somebody else
  EXPECT_TRUE(lab.until([this] { return peer->script.stats_interval == 1; }));
}

TEST_F(QemuMachineTest, AnAnswerThatNeverComesIsNotWaitedForForEver) {
  begin_up();
  peer->script.swallows = "query-memory-devices";
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Hung; }));
  EXPECT_TRUE(comes_up());
  EXPECT_EQ(peer->connections(), 2u);
}

TEST_F(QemuMachineTest, SaysThatItsGuestIsOnItsWayHereAndBelievesWhatCameWithIt) {
  QmpScript script;
  script.status = "inmigrate";
  begin_up(script);
  EXPECT_EQ(facts().run_state, RunState::Incoming);
  EXPECT_THAT(facts().run_note, HasSubstr("is being migrated to this process"));
  // It arrives, with a balloon and a target of its own.
  peer->script.plugged = peer->script.plug_requested = 256_MiB;
  peer->script.balloon_actual = peer->script.balloon_target = 200_MiB;
  peer->script.status = "running";
  ASSERT_TRUE(lab.until([this] { return facts().run_state == RunState::Running; }));
  EXPECT_EQ(memory().plugged, 256_MiB) << "with the first word that it is here";
  ASSERT_TRUE(lab.until([this] { return memory().balloon_target == 200_MiB; }));
  machine->set_target(640_MiB);
  EXPECT_TRUE(arrives(640_MiB)) << "what its balloon held is given back";
}

TEST_F(QemuMachineTest, PromisesNothingThatIsNotPluggedDuringAMigration) {
  QmpScript script;
  script.plug_stops_at = 128_MiB;
  script.balloon_actual = script.balloon_target = 256_MiB;
  script.tells_changes = false;
  begin_up(script);
  machine->set_target(1_GiB);
  ASSERT_TRUE(lab.until([this] { return memory().plugged == 128_MiB; }));
  EXPECT_EQ(facts().committed(), 1_GiB);
  peer->script.migration = "active";
  ASSERT_TRUE(lab.until([this] { return facts().migrating && facts().committed() == 512_MiB; }));
  EXPECT_EQ(peer->script.plug_requested, 128_MiB);
  machine->set_target(1_GiB);
  EXPECT_EQ(facts().target(), 512_MiB);
  peer->script.migration = "failed";
  peer->script.plug_stops_at.reset();
  ASSERT_TRUE(lab.until([this] { return !facts().migrating; }));
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
}

TEST_F(QemuMachineTest, SettlesABalloonThatASnapshotBroughtAlong) {
  begin_up();
  machine->set_target(300_MiB);
  ASSERT_TRUE(arrives(300_MiB));
  // A snapshot is loaded: QEMU restores the balloon's size and its target.
  peer->script.balloon_actual = peer->script.balloon_target = 200_MiB;
  peer->send_event("RESUME", nlohmann::json::object());
  EXPECT_TRUE(arrives(300_MiB)) << "it was to have that";
}

TEST_F(QemuMachineTest, ABalloonThatDoesNotWorkIsNoBalloon) {
  QmpScript script;
  script.refuses = "query-balloon";
  begin_up(script);
  EXPECT_FALSE(memory().has_balloon);
  EXPECT_EQ(facts().committed(), 384_MiB);
  EXPECT_THAT(facts().manager_note, HasSubstr("its balloon does not work: the script refuses this"));
}

TEST_F(QemuMachineTest, FollowsTheRunState) {
  begin_up();
  peer->send_event("STOP", nlohmann::json::object());
  EXPECT_TRUE(lab.until([this] { return facts().run_state == RunState::Paused; }));
  peer->send_event("RESUME", nlohmann::json::object());
  EXPECT_TRUE(lab.until([this] { return facts().run_state == RunState::Running; }));
  peer->script.status = "shutdown";
  peer->send_event("SHUTDOWN", {{"guest", true}, {"reason", "guest-shutdown"}});
  EXPECT_TRUE(lab.until([this] { return facts().run_state == RunState::ShutDown; }));
}

TEST_F(QemuMachineTest, DoesNotBelieveABalloonFromBeforeAReboot) {
  QmpScript script;
  script.balloon_actual = script.balloon_target = 256_MiB;
  begin_up(script);
  peer->reboot_guest();
  ASSERT_TRUE(lab.until([this] { return facts().resets == 1; }));
  EXPECT_EQ(facts().committed(), 384_MiB);
  EXPECT_TRUE(lab.throughout(300ms, [this] { return facts().committed() == 384_MiB; }));
  // Asked for all of its base, the guest must say so for it to be believed: so first for a page less.
  machine->set_target(384_MiB);
  EXPECT_TRUE(lab.until(
      [this] { return peer->script.balloon_target == 384_MiB && memory().balloon_actual == 384_MiB; }));
  EXPECT_EQ(peer->orders()[1], balloon(384_MiB - 4_KiB));
}

TEST_F(QemuMachineTest, CountsTwoQuickResetsAsOneReboot) {
  begin_up();
  peer->reboot_guest();
  peer->reboot_guest();
  peer->send_event("STOP", nlohmann::json::object());
  ASSERT_TRUE(lab.until([this] { return facts().run_state == RunState::Paused; }));
  EXPECT_EQ(facts().resets, 1u);
}

TEST_F(QemuMachineTest, ReadsBalloonStatisticsAndTheirAge) {
  QmpScript script;
  script.stats_updated = 1000;  // in 1970: long before we came
  begin_up(script);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  EXPECT_TRUE(facts().has_balloon_stats);
  EXPECT_LT(facts().balloon_stats_at, lab.clock.now() - 1h);
  EXPECT_EQ(facts().balloon_stats->total, 384_MiB);
  EXPECT_EQ(facts().balloon_stats->swap_in_pages, 2u);
  EXPECT_EQ(facts().balloon_stats->major_faults, 7u);
  const TimePoint before = lab.clock.now();
  peer->script.stats_updated = 1001;
  EXPECT_TRUE(lab.until([&] { return facts().balloon_stats_at >= before; }));
  const TimePoint at = facts().balloon_stats_at;
  EXPECT_TRUE(
      lab.throughout(1500ms, [&] { return facts().balloon_stats_at == at; }));  // not refreshed: it ages
}

// QEMU keeps the numbers of before a reset until the guest's driver is back.
TEST_F(QemuMachineTest, PassesOnNoStatisticsOfAGuestThatWasReset) {
  QmpScript script;
  script.stats_updated = 1000;
  begin_up(script);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  peer->script.stats_updated = 1001;  // nobody has read these yet
  peer->reboot_guest();
  ASSERT_TRUE(lab.until([this] { return facts().resets == 1; }));
  machine->watch(true);
  EXPECT_TRUE(lab.throughout(500ms, [this] { return facts().balloon_stats_at < lab.clock.now() - 1h; }));
  const TimePoint before = lab.clock.now();
  peer->script.stats_updated = 1002;
  EXPECT_TRUE(lab.until([&] { return facts().balloon_stats_at >= before; })) << "its driver is back";
}

TEST_F(QemuMachineTest, ReadsStatisticsAnewWithinASecondWhenItIsWatchedClosely) {
  QmpScript script;
  script.stats_updated = 1000;
  begin_up(script);
  machine->watch(true);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  EXPECT_TRUE(lab.throughout(300ms, [&] { return facts().balloon_stats_at < lab.clock.now() - 1h; }));
  const TimePoint before = lab.clock.now();
  peer->script.plugged = peer->script.plug_requested = 128_MiB;  // the numbers change, last-update does not
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats->total == 512_MiB; }));
  EXPECT_GE(facts().balloon_stats_at, before - kStatsClosely);
  const std::size_t commands = peer->commands();
  EXPECT_TRUE(lab.throughout(1000ms, [] { return true; }));
  EXPECT_GE(peer->commands() - commands, 3u * 3u) << "each time off, on, and read";
}

// A monitor that sends without end is read at a pace that keeps nobody waiting.
TEST_F(QemuMachineTest, ReadsNoMoreOfAMonitorThanItsShare) {
  begin_up();
  peer->script.step = 1ms;
  peer->script.floods = true;
  const TimePoint begin = lab.clock.now();
  const std::size_t before = peer->sent();
  constexpr double kInTheKernel = 512.0 * 1024;
  EXPECT_TRUE(lab.throughout(3s, [&] {
    return static_cast<double>(peer->sent() - before) <=
           kQmpBytesBurst + seconds(lab.clock.now() - begin) * kQmpBytesPerSecond + kInTheKernel;
  }));
  peer->script.floods = false;
  EXPECT_TRUE(lab.until([this] { return facts().link == Link::Up && peer->commands() > 20; }));
}

TEST_F(QemuMachineTest, RefusesMemoryThatNoHostHas) {
  begin_up();
  peer->script.claims = 200;
  peer->send_event("ACPI_DEVICE_OST", nlohmann::json::object());
  ASSERT_TRUE(lab.until([this] { return facts().link == Link::Lost; }));
  EXPECT_THAT(facts().link_note, HasSubstr("what its QEMU says cannot be: its dimm device has a size"));
  EXPECT_EQ(facts().committed(), 384_MiB) << "as it was last seen";
  machine->set_target(1_GiB);
  EXPECT_EQ(facts().committed(), 384_MiB);
  peer->script.claims = 0;
  EXPECT_TRUE(comes_up());
  machine->set_target(1_GiB);
  EXPECT_TRUE(arrives(1_GiB));
}

TEST_F(QemuMachineTest, CountsAPluggedDeviceThatIsNotAmongQemusDevices) {
  QmpScript script;
  script.hides_plug = true;
  script.plugged = script.plug_requested = 1664_MiB;
  begin_up(script);
  ASSERT_TRUE(facts().known);
  EXPECT_EQ(facts().committed(), 2048_MiB);
  EXPECT_FALSE(memory().has_plug);
  EXPECT_THAT(facts().manager_note, HasSubstr("a virtio-mem device is not found among QEMU's devices"));
  peer->script.hides_plug = false;
  EXPECT_TRUE(lab.until([this] { return memory().has_plug && facts().manager_note.empty(); }));
  EXPECT_EQ(facts().committed(), 2048_MiB);
}

TEST_F(QemuMachineTest, AMonitorsWordsForgeNoFieldOfALogLine) {
  begin_up();
  peer->script.refuses = "balloon";
  peer->script.refusal = "no\" event=vm.grow vm=\"victim";
  testing::internal::CaptureStderr();
  machine->set_target(300_MiB);
  const bool refused = lab.until([this] { return facts().backs_off; });
  const std::string log = testing::internal::GetCapturedStderr();
  ASSERT_TRUE(refused);
  EXPECT_THAT(log, HasSubstr("no\\\" event=vm.grow vm=\\\"victim"));
}

// Fewer than four questions a second: its events tell the rest.
TEST_F(QemuMachineTest, AQuietVmIsAskedLittle) {
  begin_up();
  EXPECT_TRUE(lab.throughout(kPollAtRest, [] { return true; }));
  const std::size_t commands = peer->commands();
  const TimePoint begin = lab.clock.now();
  EXPECT_TRUE(lab.throughout(3s, [] { return true; }));
  EXPECT_LT(static_cast<double>(peer->commands() - commands), 4 * seconds(lab.clock.now() - begin));
  // An event is news at once.
  peer->script.plugged = 64_MiB;
  peer->send_event(
      "MEMORY_DEVICE_SIZE_CHANGE",
      {{"id", "vm0"}, {"size", 64 << 20}, {"qom-path", "/machine/peripheral/vm0/virtio-backend"}});
  EXPECT_TRUE(lab.until([this] { return memory().plugged == 64_MiB; }));
}

TEST_F(QemuMachineTest, IsQuietWhenNothingHappens) {
  begin_up();
  ASSERT_TRUE(lab.until([this] { return changes > 0; }));
  EXPECT_TRUE(lab.throughout(100ms, [] { return true; }));
  const std::size_t commands = peer->commands();
  const std::size_t heard = changes;
  EXPECT_TRUE(lab.throughout(2500ms, [] { return true; }));
  // Two rounds of four questions, and the statistics, which its guest does not refresh.
  EXPECT_LE(peer->commands() - commands, 2u * (4u + 2u));
  EXPECT_EQ(changes, heard);
}

}  // namespace
}  // namespace aerostat
