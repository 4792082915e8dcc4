// Plans that no policy should make: the loop does what the guards ruled, and nothing else.
#include <gtest/gtest.h>

#include <algorithm>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

// A policy that wishes the same for `place` in each pass, as often as `times`.
EngineOptions wishing(std::size_t place, Bytes to, int times) {
  EngineOptions how = World::options(4_GiB, {});
  how.plan = [=](const HostView& host) {
    const Wish wish{place, to, to, Rule::Grow, Because::Unsaid, {}, {}};
    return std::vector<Wish>(host.vms.size() < 2 ? 0 : static_cast<std::size_t>(times), wish);
  };
  return how;
}

std::size_t events_of(const World& w, const std::string& kind) {
  const std::vector<EventRecord> all = w.engine.events(0);
  return static_cast<std::size_t>(std::count_if(
      all.begin(), all.end(), [&](const EventRecord& one) { return event_code(one.code) == kind; }));
}

TEST(Engine, MovesTheVmThatAWishIsFor) {
  World w(wishing(1, 1_GiB, 1));
  w.add("a");
  w.add("b");
  w.demands = {{"a", 300_MiB}, {"b", 300_MiB}};
  w.run(2s);
  EXPECT_TRUE(w.machines["a"]->targets.empty());
  EXPECT_EQ(w.assigned("b"), 1_GiB);
  EXPECT_EQ(events_of(w, "manager.plan"), 0u);
}

TEST(Engine, DoesNothingForAPlaceWithoutAVmAndTellsItOnce) {
  for (const std::size_t place : {std::size_t{2}, std::size_t{1000000000}, Wish::kNowhere}) {
    World w(wishing(place, 1_GiB, 1));
    w.add("a");
    w.add("b");
    w.demands = {{"a", 300_MiB}, {"b", 300_MiB}};
    w.run(2s);
    EXPECT_TRUE(w.machines["a"]->targets.empty());
    EXPECT_TRUE(w.machines["b"]->targets.empty());
    EXPECT_EQ(events_of(w, "manager.plan"), 1u);
  }
}

TEST(Engine, HearsOneWishForAVmAndTellsOfMore) {
  World w(wishing(0, 1_GiB, 3));
  w.add("a");
  w.add("b");
  w.demands = {{"a", 300_MiB}, {"b", 300_MiB}};
  w.run(2s);
  EXPECT_EQ(w.machines["a"]->targets.size(), 1u);
  EXPECT_EQ(w.vm("a").grows, 1u);
  EXPECT_EQ(events_of(w, "manager.plan"), 1u);
}

}  // namespace
}  // namespace aerostat
