// What the virtio drivers of Windows are reported to do: statistics that freeze, a balloon that stops at the
// guest's low-memory line, a driver that answers late.
#include <gtest/gtest.h>

#include "machine_fixture.h"

namespace aerostat {
namespace {

class VirtioWinTest : public QemuMachineTest {};

TEST_F(VirtioWinTest, StatisticsThatFreezeGrowOld) {
  QmpScript script;
  script.stats_updated = 1000;
  begin_up(script);
  machine->watch(true);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  peer->script.stats_updated = 1001;
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats_at > lab.clock.now() - 1s; }));
  const TimePoint last = facts().balloon_stats_at;
  EXPECT_TRUE(lab.throughout(30s, [&] { return facts().balloon_stats_at == last; }))
      << "the same numbers of the same second are no news, however often they are read";
}

TEST_F(VirtioWinTest, NumbersThatNoGuestEverSentAreNoStatistics) {
  QmpScript script;
  script.stats_updated = 0;  // there is no driver; QEMU has an answer all the same
  begin_up(script);
  machine->watch(true);
  EXPECT_TRUE(lab.throughout(5s, [this] { return !facts().has_balloon_stats && !facts().balloon_stats; }));
}

TEST_F(VirtioWinTest, StatisticsWhoseTimeStandsStillButWhoseNumbersMoveAreNews) {
  QmpScript script;
  script.stats_updated = 1000;
  begin_up(script);
  machine->watch(true);
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats.has_value(); }));
  machine->set_target(512_MiB);  // the scripted numbers follow what it has
  ASSERT_TRUE(lab.until([this] { return facts().balloon_stats->total == 512_MiB; }));
  EXPECT_GT(facts().balloon_stats_at, lab.clock.now() - 1s);
}

TEST_F(VirtioWinTest, ABalloonThatStopsAtTheLowMemoryLineIsARefusalAndNoError) {
  QmpScript script;
  script.balloon_stops_at = 300_MiB;
  begin_up(script);
  machine->set_target(200_MiB);
  ASSERT_TRUE(lab.until([this] { return facts().assigned() == 300_MiB; }));
  EXPECT_TRUE(
      lab.throughout(20s, [this] { return facts().committed() == 300_MiB && facts().refusal.empty(); }));
  EXPECT_EQ(facts().meddlings, 0u);
  peer->script.balloon_stops_at = 250_MiB;  // programs ended
  EXPECT_TRUE(lab.until([this] { return facts().committed() == 250_MiB; })) << "the order is still in force";
}

TEST_F(VirtioWinTest, ADriverThatAnswersLateIsCountedUntilItDoes) {
  QmpScript script;
  script.per_step = 0_MiB;
  begin_up(script);
  machine->set_target(200_MiB);
  EXPECT_TRUE(lab.throughout(40s, [this] {
    return facts().committed() == 384_MiB && facts().link == Link::Up && facts().meddlings == 0;
  }));
  peer->script.per_step = 16_MiB;
  EXPECT_TRUE(arrives(200_MiB));
  EXPECT_EQ(uncounted, 0u);
}

}  // namespace
}  // namespace aerostat
