// What one machine learns of its VM, how it grows and shrinks, and what becomes of it when the guest does not
// play along: resets, migration, statistics.
#include "vmm/qemu/qemu_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "machine_fixture.h"

namespace aerostat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

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

TEST_F(QemuMachineTest, TakesABalloonThatItsGuestCountsOffTheStatistics) {
  QmpScript script;
  script.stats_updated = 1000;
  script.deflates_on_oom = true;
  begin_up(script);
  EXPECT_THAT(facts().manager_note, HasSubstr("deflate-on-oom"));
  machine->set_target(256_MiB);
  ASSERT_TRUE(arrives(256_MiB));
  peer->script.stats_updated = 1001;
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats && facts().balloon_stats->total == 256_MiB; }));
  EXPECT_EQ(facts().balloon_stats->available, 192_MiB) << "as the guest says";
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

}  // namespace
}  // namespace aerostat
