// What the doctor is told of a VM.
#include <gtest/gtest.h>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

TEST(Exams, TellWhatKeepsAVmFromMoving) {
  fakes::World world(8_GiB);
  world.add("web");
  world.add("db");
  world.demands = {{"web", 200_MiB}, {"db", 200_MiB}};
  world.run(3s);
  ASSERT_EQ(world.engine.exams().size(), 2u);
  EXPECT_EQ(world.engine.exams()[1].report.name, "web");
  EXPECT_EQ(world.engine.exams()[1].service, Service::Speaking);
  EXPECT_EQ(world.engine.exams()[1].stepped_back, "");

  ++world.machines.at("web")->f.meddlings;
  world.machines.at("web")->f.meddled = "something else moves its balloon";
  world.engine.machine_changed(world.machines.at("web")->id());
  world.guest("db").s.complaint = "cannot compact";
  const std::vector<VmExam> exams = world.engine.exams();
  EXPECT_EQ(exams[0].complaint, "cannot compact");
  EXPECT_EQ(exams[0].driver, "fake");
  EXPECT_EQ(exams[1].stepped_back, "something else moves its balloon");
  EXPECT_TRUE(exams[1].facts.can_change);
}

}  // namespace
}  // namespace aerostat
