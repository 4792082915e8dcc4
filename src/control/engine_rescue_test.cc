// What the loop does for guests in want whose numbers do not tell, and after it hurt one.
#include <gtest/gtest.h>

#include "control/fakes.h"
#include "control/sense.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

// Its numbers say that it needs 100 MiB, and it shows `available`.
void shows(World& w, const std::string& name, Bytes available, std::uint64_t killed = 0) {
  w.report(name, 100_MiB, [&](GuestSample& s) {
    s.total = available + 100_MiB;
    s.available = available;
    s.oom_kills = killed;
    s.oom_kills_in_limits = 0;
  });
}

TEST(EngineRescue, ServesAGuestThatHasNearlyNothingWhateverItIsThoughtToNeed) {
  World w(8_GiB);
  w.add("web", 512_MiB);
  shows(w, "web", 300_MiB);
  w.engine.pass();
  const Bytes before = w.assigned("web");
  std::vector<Bytes> steps;
  // The more it is given the more it uses, and its numbers do not tell.
  for (int i = 0; i < 12; ++i) {
    const Bytes had = w.assigned("web");
    w.clock.advance(100ms);
    shows(w, "web", 5_MiB);
    if (w.assigned("web") > had) steps.push_back(w.assigned("web") - had);
  }
  ASSERT_GE(steps.size(), 3U) << "from " << before.to_mib();
  for (std::size_t i = 1; i < steps.size(); ++i) EXPECT_GE(steps[i], steps[i - 1]);
  EXPECT_GE(w.assigned("web"), before + 400_MiB);
  const Decision last = w.engine.explain("web", 1).value().at(0).decision;
  EXPECT_NE(reason(last).find("nearly nothing"), std::string::npos) << reason(last);
}

TEST(EngineRescue, GrowsAGuestThatKilledAProgramBeyondWhatItHad) {
  World w(8_GiB);
  w.add("web", 512_MiB);
  shows(w, "web", 300_MiB);
  w.engine.pass();
  const Bytes had = w.assigned("web");
  w.clock.advance(100ms);
  shows(w, "web", 300_MiB, 1);
  w.engine.pass();
  EXPECT_GE(w.assigned("web"), had + kFloorStep);
  for (int i = 0; i < 100; ++i) {
    w.clock.advance(500ms);
    shows(w, "web", w.assigned("web") - 212_MiB, 1);
    w.engine.pass();
  }
  EXPECT_GE(w.assigned("web"), had + kFloorStep) << "a minute has not gone by";
}

TEST(EngineRescue, LeavesAnIdleGuestAloneAfterAShrinkThatHurt) {
  World w(8_GiB);
  w.add("web", 1024_MiB);
  w.demands["web"] = 300_MiB;
  for (int i = 0; i < 80 && w.assigned("web") > 400_MiB; ++i) w.run(500ms);
  ASSERT_LT(w.assigned("web"), 400_MiB);
  const auto report = [&](int i, std::uint64_t swapped) {
    w.clock.advance(250ms);
    // What it uses trembles by some MiB.
    w.report("web", 300_MiB + Bytes::mib(i % 7), [&](GuestSample& s) { s.swap_in_pages = swapped; });
    w.engine.pass();
  };
  for (int i = 0; i < 4; ++i) report(i, 1000 * static_cast<std::uint64_t>(i));
  const VmReport hurt = w.vm("web");
  ASSERT_GT(w.assigned("web"), 450_MiB) << "it hurt";
  for (int i = 0; i < 280; ++i) report(i, 3000);
  const VmReport after = w.vm("web");
  EXPECT_LE(after.grows + after.shrinks - hurt.grows - hurt.shrinks, 3U);
}

// Its balloon's driver is there before its service is.
TEST(EngineRescue, TakesNothingOfAGuestThatStillBoots) {
  World w(8_GiB);
  FakeMachine& web = w.add("web", 1_GiB);
  web.f.has_balloon_stats = true;
  const auto run = [&](Duration time) {
    for (Duration done{0}; done < time; done += 250ms) {
      w.clock.advance(250ms);
      GuestSample& s = web.f.balloon_stats.emplace();
      s.total = w.assigned("web");
      s.available = w.assigned("web") - 200_MiB;
      web.f.balloon_stats_at = w.clock.now();
      w.engine.pass();
    }
  };
  run(kIntegrationWait - 1s);
  EXPECT_EQ(w.assigned("web"), 1_GiB);
  run(60s);
  EXPECT_LT(w.assigned("web"), 512_MiB) << "there is no service, and it has booted";
}

// Nobody brings online what is plugged: its total stays what it was.
TEST(EngineRescue, GivesNoMoreToAGuestThatLeavesOfflineWhatItWasGiven) {
  World w(8_GiB);
  w.add("web", 512_MiB);
  const auto report = [&](Bytes total) {
    w.clock.advance(250ms);
    w.report("web", 420_MiB, [&](GuestSample& s) {
      s.total = total;
      s.available = total - 420_MiB;
    });
    w.engine.pass();
  };
  for (int i = 0; i < 200; ++i) report(464_MiB);
  const Bytes given = w.assigned("web");
  EXPECT_GT(given, 512_MiB);
  EXPECT_LE(given, 1_GiB);
  EXPECT_NE(w.vm("web").note.find("stay offline in the guest"), std::string::npos) << w.vm("web").note;
  for (int i = 0; i < 100; ++i) report(464_MiB);
  EXPECT_EQ(w.assigned("web"), given);
  for (int i = 0; i < 40; ++i) report(w.assigned("web") - 48_MiB);
  EXPECT_EQ(w.vm("web").note, "") << "it is online";
}

}  // namespace
}  // namespace aerostat
