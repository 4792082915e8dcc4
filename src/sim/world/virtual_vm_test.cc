// What a virtual VM's memory does while orders follow each other.
#include "sim/world/virtual_vm.h"

#include <gtest/gtest.h>

#include "model/memory_block.h"
#include "sim/world/virtual_host.h"

namespace aerostat::sim {
namespace {

using namespace literals;

class MovingVm : public ::testing::Test {
 protected:
  explicit MovingVm(const Physics& physics = {.block_mib = 2, .grow_latency_s = 0.02, .grow_mib_s = 9000})
      : host(16_GiB, {}, physics) {
    vm = &start("a", "ideal");
  }
  VirtualVm& start(const std::string& name, std::string_view behaves) {
    VmSpec spec{.name = name, .settings = {}, .curve = NeedCurve(trace, 0, Texture::Linear, 1)};
    spec.settings.minimum = 512_MiB;
    spec.settings.startup = 1_GiB;
    spec.settings.maximum = 8_GiB;
    spec.behaviour = behaviour(behaves).value();
    return host.start(std::move(spec), 1_GiB);
  }
  // Runs for so many turns of 5 ms.
  void run(int turns) {
    std::vector<VirtualVm*> heard;
    for (int i = 0; i < turns; ++i) host.turn(heard);
    host.settle();
  }

  Trace trace = *Trace::of("a", {{0, 500, 0}, {1000, 500, 0}});
  VirtualHost host;
  VirtualVm* vm = nullptr;
};

TEST_F(MovingVm, SaysWhatItHasWhateverIsLeftPlugged) {
  const auto is_true = [&] {
    const MachineFacts& f = vm->facts();
    return f.assigned() == Bytes::of_mib(vm->assigned()) && f.committed() == Bytes::of_mib(vm->committed());
  };
  EXPECT_TRUE(is_true());
  vm->prepare_to_grow();
  EXPECT_TRUE(is_true());
  EXPECT_EQ(vm->memory().plugged, 4_MiB);
  for (const Bytes target : {2_GiB, Bytes::mib(1150), Bytes::mib(1026), 700_MiB, 1_GiB}) {
    vm->set_target(target);
    for (int i = 0; vm->assigned() != target.to_mib(); ++i) {
      run(2);
      ASSERT_TRUE(is_true()) << target.to_mib();
      ASSERT_LT(i, 1000);
    }
    vm->prepare_to_grow();
    EXPECT_TRUE(is_true());
    const Bytes above = std::max(Bytes{}, target - 1_GiB);
    EXPECT_EQ(vm->memory().plugged, with_room_in_block(above, vm->memory().plug_block));
  }
  EXPECT_EQ(vm->memory().plugged, 4_MiB);
  vm->reset();
  EXPECT_TRUE(is_true());
  EXPECT_EQ(vm->memory().plugged, 0_MiB) << "a reset takes all that was plugged";
}

TEST_F(MovingVm, WaitsForItsLatencyOnce) {
  vm->set_target(2_GiB);
  run(3);
  EXPECT_EQ(vm->assigned(), 1024) << "not there yet";
  for (int order = 1; order <= 10; ++order) {  // each 10 ms, half the latency
    vm->set_target(2_GiB + Bytes::mib(64 * order));
    run(2);
  }
  EXPECT_GT(vm->assigned(), 1800) << "an order of more does not stop what is on its way";
  run(60);
  EXPECT_EQ(vm->assigned(), 2048 + 640);
}

TEST_F(MovingVm, WaitsAgainWhenItTurnsOrHadArrived) {
  vm->set_target(4_GiB);
  run(5);
  const double on_its_way = vm->assigned();
  vm->set_target(1_GiB);
  run(3);
  EXPECT_EQ(vm->assigned(), on_its_way) << "it has turned";
  run(1000);
  ASSERT_EQ(vm->assigned(), 1024);
  vm->set_target(2_GiB);
  run(3);
  EXPECT_EQ(vm->assigned(), 1024) << "it had arrived";
  run(60);
  vm->set_target(1_GiB);
  run(5);
  EXPECT_EQ(vm->assigned(), 2048) << "and so had this";
  vm->set_target(1_GiB - 2_MiB);
  run(4);
  EXPECT_LT(vm->assigned(), 2048) << "this went on";
}

TEST_F(MovingVm, IsAddedWholeGranulesWhereItsDeviceHasThem) {
  const VirtualVm& windows = start("b", "granules 128M, low-line 64M");
  EXPECT_EQ(windows.reachable(2_GiB + 100_MiB), 2_GiB);
  EXPECT_EQ(windows.reachable(1_GiB + 100_MiB), 1_GiB);
  EXPECT_EQ(windows.reachable(1_GiB - 100_MiB), 1_GiB - 100_MiB) << "its balloon is finer";
  EXPECT_EQ(vm->reachable(2_GiB + 100_MiB), 2_GiB + 100_MiB);
}

TEST_F(MovingVm, NeitherGivesNorTakesWhileItIsQuiet) {
  for (const Bytes target : {2_GiB, 700_MiB}) {
    const double booted = host.now_s();
    VirtualVm& windows = start(std::to_string(target.whole_mib()), "quiet 50s");
    windows.set_target(target);
    while (host.now_s() < booted + 49) {
      run(200);
      ASSERT_EQ(windows.assigned(), 1024);
    }
    run(600);
    EXPECT_EQ(windows.assigned(), target.to_mib());
  }
}

TEST_F(MovingVm, BootsWithAllOfItAndAddsNothingWhereOnlyItsBalloonMoves) {
  const VirtualVm& windows = start("b", "balloon-only, low-line 64M");
  EXPECT_EQ(windows.memory().base, 8_GiB);
  EXPECT_FALSE(windows.memory().has_plug);
  EXPECT_EQ(windows.assigned(), 1024);
}

class MovingBlock : public MovingVm {
 protected:
  MovingBlock() : MovingVm(debian()) {}
  static Physics debian() {
    Physics physics = debian_guest();
    physics.block_mib = 2;
    return physics;
  }
};

// A block that is set apart to go stays when the order is taken back.
TEST_F(MovingBlock, StaysWhenTheOrderTurns) {
  vm->set_target(2_GiB);
  run(200);
  ASSERT_EQ(vm->assigned(), 2048);
  vm->set_target(1_GiB);
  run(66);  // its first block goes after 0.33 s: now
  ASSERT_EQ(vm->assigned(), 2048);
  vm->set_target(4_GiB);
  double before = vm->assigned();
  for (int i = 0; i < 100; ++i) {
    run(1);
    ASSERT_GE(vm->assigned(), before) << "nothing goes any more";
    ASSERT_LE(vm->assigned() - before, 46) << "and what comes, comes at its rate";
    before = vm->assigned();
  }
  EXPECT_EQ(before, 4096);
}

}  // namespace
}  // namespace aerostat::sim
