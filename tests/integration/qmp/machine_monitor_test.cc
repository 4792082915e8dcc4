// One machine whose monitor does not play along: silent, slow, refusing, talking garbage, or asked too much.
#include "vmm/qemu/qemu_machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "machine_fixture.h"

namespace aerostat {
namespace {

using ::testing::HasSubstr;

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
  const std::string path = lab.path("db.qmp");
  QmpClient second(lab.io, lab.clock, path, {}), third(lab.io, lab.clock, path, {});
  QmpClient fourth(lab.io, lab.clock, path, {});
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
  ASSERT_TRUE(lab.until([this] {
    EXPECT_TRUE(!facts().known || memory().balloon_target || facts().committed() == 384_MiB);
    return facts().link == Link::Up;
  }));
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
