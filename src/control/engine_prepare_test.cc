// When a guest adds the first block that it would need to be grown.
#include <gtest/gtest.h>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

TEST(EnginePrepares, AGuestThatHasMemoryToSpareAndOnce) {
  World w(4_GiB);
  auto& web = w.add("web");
  w.demands["web"] = 340_MiB;
  w.run(1s);
  EXPECT_EQ(web.prepared, 0) << "it has no memory for that";
  w.demands["web"] = 200_MiB;
  w.run(5s);
  EXPECT_EQ(web.prepared, 1);
}

TEST(EnginePrepares, AGuestAnewThatWasReset) {
  World w(4_GiB);
  auto& web = w.add("web");
  w.demands["web"] = 200_MiB;
  w.run(1s);
  ++web.f.resets;
  w.guest("web").s.service = Service::Absent;
  w.engine.machine_changed(web);
  w.run(5s);
  EXPECT_EQ(web.prepared, 2);
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
