// When a guest adds the first block that it would need to be grown.
#include <gtest/gtest.h>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

TEST(EnginePrepares, AGuestThatHasMemoryToSpare) {
  World w(4_GiB);
  auto& web = w.add("web");
  w.demands["web"] = 340_MiB;
  w.run(1s);
  EXPECT_EQ(web.prepared, 0) << "it has no memory for that";
  w.demands["web"] = 200_MiB;
  w.run(1s);
  EXPECT_GT(web.prepared, 0);
  const int so_far = web.prepared;
  web.f.plugged = web.f.plug_requested = 4_MiB;
  w.run(1s);
  EXPECT_EQ(web.prepared, so_far) << "it is done";
}

TEST(EnginePrepares, NoGuestInDistress) {
  World w(4_GiB);
  auto& web = w.add("web");
  std::uint64_t stalled_us = 0;
  for (int i = 0; i < 20; ++i) {
    w.clock.advance(250ms);
    stalled_us += 200'000;
    w.report("web", 200_MiB, [&](GuestSample& s) { s.psi_some_us = stalled_us; });
    w.engine.pass();
  }
  EXPECT_LE(web.prepared, 1) << "the first report says nothing of distress";
}

TEST(EnginePrepares, NoGuestThatMoves) {
  World w(4_GiB);
  auto& web = w.add("web");
  web.obedient = false;
  w.demands["web"] = 40_MiB;
  while (web.targets.empty()) w.run(250ms);
  const int so_far = web.prepared;
  w.run(2s);
  EXPECT_EQ(web.prepared, so_far) << "its balloon is still to take what was asked back";
}

TEST(EnginePrepares, NoGuestThatNobodyMadeDynamic) {
  World w(4_GiB);
  w.settings.defaults.mode = std::nullopt;
  auto& web = w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(2s);
  EXPECT_EQ(web.prepared, 0);
}

TEST(EnginePrepares, NoGuestWhilePaused) {
  World w(4_GiB);
  auto& web = w.add("web");
  w.engine.pause();
  w.demands["web"] = 200_MiB;
  w.run(2s);
  EXPECT_EQ(web.prepared, 0);
}

}  // namespace
}  // namespace aerostat
