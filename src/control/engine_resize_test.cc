// Sizes that people ask for: static VMs only, within what host, devices and guest allow.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;
using ::testing::HasSubstr;

class Resize : public testing::Test {
 protected:
  // 1 GiB at boot, up to 4 GiB.
  Resize() {
    w.settings.kept["web"].mode = Mode::Static;
    web = &w.appear(std::make_unique<FakeMachine>("web", 1_GiB, 3_GiB));
    w.run(1s);
  }
  std::string why(Bytes memory) {
    const Result<VmReport> done = w.engine.resize("web", memory, true, "test");
    return done ? "" : done.error().message;
  }

  World w{3_GiB};
  FakeMachine* web = nullptr;
};

TEST_F(Resize, AStaticVmGrowsShrinksAndStaysSo) {
  ASSERT_TRUE(w.engine.resize("web", 2_GiB, false, "test"));
  EXPECT_EQ(w.assigned("web"), 2_GiB);
  w.run(30s);
  EXPECT_EQ(w.assigned("web"), 2_GiB) << "nobody takes it back";
  ASSERT_TRUE(w.engine.resize("web", 700_MiB, false, "test"));
  w.run(30s);
  EXPECT_EQ(w.assigned("web"), 700_MiB);
  EXPECT_EQ(w.engine.host().committed, 700_MiB);
}

TEST_F(Resize, AGrowthCountsBeforeTheGuestHasIt) {
  web->obedient = false;
  const Result<VmReport> report = w.engine.resize("web", 2_GiB, false, "test");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->target, 2_GiB);
  EXPECT_EQ(report->assigned, 1_GiB);
  EXPECT_EQ(w.engine.host().committed, 2_GiB);
}

TEST_F(Resize, ADryRunMovesNothing) {
  const std::size_t orders = web->targets.size();
  EXPECT_EQ(w.engine.resize("web", 2_GiB, true, "test")->target, 2_GiB);
  EXPECT_EQ(web->targets.size(), orders);
}

TEST_F(Resize, WhatTheHostHasNotIsRefused) {
  EXPECT_THAT(why(3073_MiB + 127_MiB),
              HasSubstr("would get 2.12 GiB more, and the host has 2.00 GiB to give"));
  EXPECT_EQ(why(3_GiB), "");
  w.host.available_now = 1_GiB;
  w.host.resident_now = 8_GiB;
  EXPECT_THAT(why(2_GiB), HasSubstr("the host has 896 MiB to give"))
      << "its kernel has less than the books say";
}

TEST_F(Resize, SizesThatDevicesOrGuestDoNotAllowAreRefused) {
  EXPECT_THAT(why(5_GiB), HasSubstr("'web' can have 32 MiB to 4.00 GiB, not 5.00 GiB"));
  EXPECT_THAT(why(16_MiB), HasSubstr("can have"));
  web->f.migrating = true;
  EXPECT_THAT(why(2_GiB), HasSubstr("is being migrated"));
  web->f.migrating = false;
  web->f.link = Link::Hung;
  EXPECT_THAT(why(2_GiB), HasSubstr("does not answer"));
}

TEST_F(Resize, AGuestKeepsWhatItIsKnownToNeed) {
  w.settings.kept["db"].mode = Mode::Static;
  w.add("db", 1_GiB);
  w.demands["db"] = 800_MiB;
  w.run(2s);
  const Result<VmReport> done = w.engine.resize("db", 600_MiB, false, "test");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("'db' needs 800 MiB now"));
  EXPECT_EQ(done.error().field, "memory_bytes");
}

TEST_F(Resize, ADynamicVmAndAPausedDaemonSayWhatToDo) {
  w.add("dyn", 1_GiB);
  w.run(1s);
  EXPECT_THAT(w.engine.resize("dyn", 512_MiB, false, "test").error().message,
              HasSubstr("aerostat set dyn --mode static"));
  w.engine.pause("test");
  EXPECT_THAT(why(2_GiB), HasSubstr("aerostat resume"));
}

}  // namespace
}  // namespace aerostat
