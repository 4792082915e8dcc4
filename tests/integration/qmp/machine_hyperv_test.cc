// The balloon of Hyper-V (hv-balloon, QEMU 8.2 and later) against a monitor that behaves as its source and
// its author describe it. No real one was ever run here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "machine_fixture.h"

namespace aerostat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class HyperVTest : public QemuMachineTest {
 protected:
  static QmpScript hyperv() {
    QmpScript script;
    script.base = script.balloon_actual = script.balloon_target = 4_GiB;
    script.plug = false;
    script.hyperv = 4_GiB;
    script.tells_changes = false;  // it sends no BALLOON_CHANGE
    script.per_step = 256_MiB;
    return script;
  }
};

TEST_F(HyperVTest, GivesAndTakesByOneSize) {
  begin_up(hyperv());
  EXPECT_EQ(facts().base, 4_GiB) << "what it booted with";
  EXPECT_EQ(facts().assigned(), 4_GiB);
  EXPECT_EQ(facts().committed(), 4_GiB) << "what it could be given is not promised";
  EXPECT_EQ(facts().maximum(), 8_GiB);
  EXPECT_EQ(facts().grows_by, GuestAbility::HvBalloon);
  EXPECT_TRUE(facts().as_booted);
  EXPECT_THAT(facts().devices, ElementsAre("hv-balloon up to 8.00 GiB"));
  EXPECT_EQ(facts().manager_note, "");
  EXPECT_EQ(peer->script.stats_interval, 0) << "it has no statistics to ask for";
  machine->set_target(6_GiB);
  EXPECT_EQ(facts().committed(), 6_GiB) << "before any answer";
  ASSERT_TRUE(arrives(6_GiB));
  EXPECT_EQ(facts().added, 2_GiB);
  EXPECT_EQ(facts().ballooned, 0_GiB);
  machine->set_target(2_GiB);
  EXPECT_EQ(facts().committed(), 6_GiB) << "nothing has come back yet";
  ASSERT_TRUE(arrives(2_GiB));
  EXPECT_EQ(facts().committed(), 2_GiB);
  EXPECT_EQ(facts().ballooned, 4_GiB) << "its guest goes on to count what was added";
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(4_GiB), balloon(6_GiB), balloon(2_GiB)));
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(HyperVTest, IsAskedForWholeGranulesAndForNoMoreThanItHas) {
  begin_up(hyperv());
  EXPECT_EQ(machine->reachable(5_GiB + 100_MiB), 5_GiB);
  EXPECT_EQ(machine->reachable(3_GiB + 100_MiB), 3_GiB + 100_MiB) << "its balloon is finer";
  EXPECT_EQ(machine->reachable(100_GiB), 8_GiB) << "more is cut silently";
  EXPECT_EQ(machine->reachable(1_MiB), 256_MiB)
      << "a sixteenth of what it booted with, not of what it could have";
}

TEST_F(HyperVTest, IsQuietAfterABootAndItsOrderCountsAllTheTime) {
  QmpScript script = hyperv();
  script.hyperv_quiet = true;
  begin_up(script);
  machine->set_target(6_GiB);
  EXPECT_TRUE(lab.throughout(50s, [this] {
    return facts().committed() == 6_GiB && facts().assigned() == 4_GiB && facts().meddlings == 0 &&
           facts().maximum() == 8_GiB;
  }));
  peer->script.hyperv_quiet = false;
  EXPECT_TRUE(arrives(6_GiB)) << "without an event, by polling";
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(HyperVTest, IsAtItsBootSizeAfterARebootAndIsToldItsTargetAgain) {
  begin_up(hyperv());
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  peer->reboot_guest();
  ASSERT_TRUE(lab.until([this] { return facts().resets == 1; }));
  EXPECT_EQ(facts().assigned(), 4_GiB);
  EXPECT_GE(facts().committed(), 4_GiB);
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  EXPECT_GE(peer->orders().size(), 3u);
  EXPECT_EQ(peer->orders().back(), balloon(6_GiB)) << "though it is the size that was asked for before";
  EXPECT_EQ(facts().meddlings, 0u);
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(HyperVTest, IsToldItsTargetAgainThoughThatWasRefusedAfterAReboot) {
  begin_up(hyperv());
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  peer->script.refuses = "balloon";
  peer->script.refusals = 1;
  peer->reboot_guest();
  ASSERT_TRUE(lab.until([this] { return facts().resets == 1; }));
  machine->set_target(6_GiB);
  ASSERT_TRUE(lab.until([this] { return facts().backs_off; }));
  ASSERT_TRUE(lab.until([this] { return !facts().backs_off; }, 60s));
  machine->set_target(6_GiB);
  EXPECT_TRUE(arrives(6_GiB));
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(HyperVTest, TakesAgainWhatAGuestHasThatLoadedItsDriverAnew) {
  begin_up(hyperv());
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  machine->set_target(2_GiB);
  ASSERT_TRUE(arrives(2_GiB));
  slack = 4_GiB;  // nobody is told until it is read
  peer->script.balloon_actual = peer->script.balloon_target = 6_GiB;
  ASSERT_TRUE(lab.until([this] { return facts().assigned() > 2_GiB; }));
  EXPECT_TRUE(arrives(2_GiB));
  EXPECT_EQ(facts().meddlings, 0u);
}

TEST_F(HyperVTest, AddsNothingAfterAPartialAdditionUntilAReboot) {
  QmpScript script = hyperv();
  script.hyperv_stops_at = 5_GiB;
  begin_up(script);
  machine->set_target(6_GiB);
  ASSERT_TRUE(lab.until([this] { return facts().assigned() == 5_GiB; }));
  EXPECT_EQ(facts().committed(), 6_GiB) << "it may still take it";
  ASSERT_TRUE(lab.until([this] { return facts().maximum() == 5_GiB; }, 20s));
  EXPECT_EQ(machine->reachable(6_GiB), 5_GiB);
  ASSERT_TRUE(lab.until([this] {
    return facts().manager_note.find("adds nothing above 5.00 GiB until its guest boots again") !=
           std::string::npos;
  }));
  machine->set_target(5_GiB);  // the promise is withdrawn
  EXPECT_TRUE(lab.until([this] { return facts().committed() == 5_GiB; }));
  machine->set_target(3_GiB);
  EXPECT_TRUE(arrives(3_GiB)) << "it still gives";
  EXPECT_EQ(uncounted, 0u);
  peer->script.hyperv_stops_at.reset();
  peer->reboot_guest();  // it has its boot memory at once, before any event tells
  ASSERT_TRUE(lab.until([this] { return facts().maximum() == 8_GiB; }));
  EXPECT_GE(facts().committed(), 4_GiB);
}

TEST_F(HyperVTest, AGuestAtItsMinimumKeepsTheRestCounted) {
  QmpScript script = hyperv();
  script.balloon_stops_at = 3_GiB;
  begin_up(script);
  machine->set_target(1_GiB);
  ASSERT_TRUE(lab.until([this] { return facts().assigned() == 3_GiB; }));
  EXPECT_TRUE(lab.throughout(20s, [this] { return facts().committed() == 3_GiB; }));
}

TEST_F(HyperVTest, ReportsOfTheGuestAreStatisticsWithoutWhatIsUnusable) {
  begin_up(hyperv());
  machine->set_target(3_GiB);
  ASSERT_TRUE(arrives(3_GiB));
  const auto report = [this](Bytes committed, Bytes available) {
    peer->send_event("HV_BALLOON_STATUS_REPORT",
                     {{"committed", committed.count()}, {"available", available.count()}});
  };
  report(3_GiB, 500_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  EXPECT_TRUE(facts().has_balloon_stats);
  EXPECT_EQ(facts().balloon_stats->total, 3_GiB);
  EXPECT_EQ(facts().balloon_stats->available, 500_MiB);
  EXPECT_EQ(facts().balloon_stats->committed, 2_GiB) << "1 GiB of it is in the balloon";
  const TimePoint at = facts().balloon_stats_at;
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  machine->set_target(3_GiB);
  ASSERT_TRUE(arrives(3_GiB));
  report(5_GiB, 500_MiB);
  ASSERT_TRUE(lab.until([&] { return facts().balloon_stats_at > at; }));
  EXPECT_EQ(facts().balloon_stats->committed, 2_GiB) << "3 GiB of it, with what was added before";
  report(3_GiB, 9_GiB);
  EXPECT_TRUE(lab.throughout(1s, [&] { return facts().balloon_stats->available == 500_MiB; }))
      << "more than it has";
}

// Two devices that both add memory would be told apart by nobody.
TEST_F(HyperVTest, MovesAloneAndOtherDevicesCountAsTheyAre) {
  QmpScript script = hyperv();
  script.plug = true;
  script.plugged = script.plug_requested = 1_GiB;
  begin_up(script);
  EXPECT_THAT(facts().manager_note, HasSubstr("its virtio-mem devices count as they are"));
  EXPECT_EQ(facts().committed(), 5_GiB);
  EXPECT_EQ(facts().maximum(), 9_GiB);
  machine->set_target(7_GiB);
  ASSERT_TRUE(arrives(7_GiB));
  machine->set_target(3_GiB);
  ASSERT_TRUE(arrives(3_GiB));
  EXPECT_THAT(peer->orders(), ElementsAre(balloon(4_GiB), balloon(6_GiB), balloon(2_GiB)));
  EXPECT_EQ(uncounted, 0u);
}

TEST_F(HyperVTest, SaysWhatIsMissing) {
  QmpScript script = hyperv();
  script.hyperv_reports = false;
  begin_up(script);
  EXPECT_THAT(facts().manager_note, HasSubstr("status-report=on is missing"));
}

TEST_F(HyperVTest, ARestartedDaemonTakesItOverAsItIs) {
  begin_up(hyperv());
  machine->set_target(6_GiB);
  ASSERT_TRUE(arrives(6_GiB));
  connect();
  ASSERT_TRUE(comes_up());
  EXPECT_EQ(facts().assigned(), 6_GiB);
  EXPECT_EQ(facts().committed(), 6_GiB);
  EXPECT_EQ(peer->orders().back(), balloon(6_GiB));
}

}  // namespace
}  // namespace aerostat
