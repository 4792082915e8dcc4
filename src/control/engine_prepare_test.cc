// When a guest adds a block that it would need to be grown later, and what is made of it meanwhile.
#include <gtest/gtest.h>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;

// A VM that needs `demand`, has `plugged` and may have no more.
FakeMachine& held(World& w, Bytes plugged, Bytes demand) {
  const Bytes most = 384_MiB + plugged;
  w.settings.defaults.maximum = most;
  FakeMachine& web = w.add("web");
  web.d.plugged = web.d.plug_requested = plugged;
  w.demands["web"] = demand;
  w.run(2s);
  EXPECT_EQ(web.facts().target(), most);
  return web;
}

// It was done: 4 MiB of the balloon for as much plugged memory.
void trade(FakeMachine& web) {
  web.d.plugged = web.d.plug_requested = web.d.plugged + 4_MiB;
  web.d.balloon_actual -= 4_MiB;
  web.d.balloon_target = web.d.balloon_actual;
}

TEST(EnginePrepares, AGuestThatHasMemoryToSpare) {
  World w(4_GiB);
  auto& web = held(w, 0_MiB, 350_MiB);
  EXPECT_EQ(web.prepared, 0) << "it has no memory for that";
  w.demands["web"] = 340_MiB;
  w.run(1s);
  EXPECT_GT(web.prepared, 0);
  const int so_far = web.prepared;
  trade(web);
  w.run(1s);
  EXPECT_EQ(web.prepared, so_far) << "it is done";
}

TEST(EnginePrepares, AGuestThatIsHeldAtTheEndOfItsLastBlock) {
  World w(4_GiB);
  auto& web = held(w, 128_MiB, 485_MiB);
  EXPECT_EQ(web.prepared, 0) << "with what the balloon takes it would have too little left";
  w.demands["web"] = 475_MiB;
  w.run(1s);
  EXPECT_GT(web.prepared, 0);
  const int so_far = web.prepared;
  trade(web);
  w.run(1s);
  EXPECT_EQ(web.prepared, so_far) << "it is done";
}

TEST(EnginePrepares, AndWhatItIsOwedIsItsOwn) {
  World w(4_GiB);
  w.settings.defaults.buffer_percent = 10;
  auto& web = held(w, 118_MiB, 410_MiB);
  const auto before = w.engine.host();
  const auto targets = web.targets.size();
  web.d.goal = 502_MiB;
  for (const Bytes taken : {10_MiB, 20_MiB, 30_MiB}) {
    web.d.balloon_actual = 384_MiB - taken;
    web.d.balloon_target = 384_MiB - 30_MiB;
    web.d.owed = taken;
    w.run(3s);
    EXPECT_EQ(w.engine.host().committed, before.committed);
    EXPECT_EQ(w.engine.host().reclaimed, before.reclaimed);
    EXPECT_EQ(w.vm("web").status, Status::Ok);
  }
  EXPECT_EQ(web.targets.size(), targets) << "it is no growth that stalls";
}

TEST(EnginePrepares, NoGuestWithRoomInItsLastBlock) {
  World w(4_GiB);
  auto& web = held(w, 96_MiB, 400_MiB);
  EXPECT_EQ(web.prepared, 0);
}

TEST(EnginePrepares, NoGuestInDistress) {
  World w(4_GiB);
  auto& web = w.add("web");
  std::uint64_t stalled_us = 0;
  for (int i = 0; i < 20; ++i) {
    w.clock.advance(250ms);
    stalled_us += 200'000;
    w.report("web", 200_MiB, [&](GuestSample& s) {
      s.psi_some_us = stalled_us;
      s.available = s.total->scaled(0.2);
    });
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
  w.engine.pause("test");
  w.demands["web"] = 200_MiB;
  w.run(2s);
  EXPECT_EQ(web.prepared, 0);
}

}  // namespace
}  // namespace aerostat
