// What is known of VMs outlives the daemon, for as long as it holds and their processes live.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void report_kills(World& w, std::uint64_t kills) {
  w.report("web", 200_MiB,
           [kills](GuestSample& sample) { sample.oom_kills = kills, sample.oom_kills_in_limits = 0; });
  w.clock.advance(250ms);
  w.engine.pass();
}

// Its kernel killed for want of memory: a floor is learned.
std::vector<VmMemory> of_a_vm_that_was_hurt() {
  World w(4_GiB);
  w.add("web", 512_MiB);
  report_kills(w, 0);
  report_kills(w, 1);
  return w.kept_memories;
}

std::vector<VmMemory> of_a_vm_with_two_managers() {
  World w(4_GiB);
  w.add("web");
  w.run(1s);
  ++w.machines.at("web")->f.meddlings;
  w.machines.at("web")->f.meddled = "something else moves its balloon";
  w.run(1s);
  return w.kept_memories;
}

EngineOptions after(const std::vector<VmMemory>& memories, Guards guards = {}) {
  EngineOptions out = World::options(4_GiB, guards);
  out.memories = memories;
  return out;
}

std::ptrdiff_t meddled(const World& w) {
  return std::ranges::count(w.engine.events(0), EventCode::VmMeddled, &EventRecord::code);
}

TEST(EngineMemories, ALearnedFloorOutlivesTheDaemonAndNotItsTime) {
  const std::vector<VmMemory> kept = of_a_vm_that_was_hurt();
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_GT(kept[0].floor, 0_MiB);
  World w(after(kept));
  w.add("web", 512_MiB);
  report_kills(w, 1);
  EXPECT_THAT(w.kept_memories, IsEmpty()) << "there is no news to write";
  ++w.machines.at("web")->f.meddlings;
  w.machines.at("web")->f.meddled = "something";
  report_kills(w, 1);
  ASSERT_THAT(w.kept_memories, SizeIs(1));
  EXPECT_EQ(w.kept_memories[0].floor, kept[0].floor);
  EXPECT_EQ(w.kept_memories[0].until, kept[0].until) << "as long as before, and no longer";
  w.clock.advance(kept[0].until - WallTime{} + 1min);
  report_kills(w, 1);
  EXPECT_TRUE(w.kept_memories.empty() || w.kept_memories[0].floor == 0_MiB);
}

TEST(EngineMemories, AreOfOneProcessOnly) {
  const std::vector<VmMemory> kept = of_a_vm_that_was_hurt();
  World w(after(kept));
  w.add("other");
  w.add("web", 512_MiB);  // in another process
  report_kills(w, 1);
  ASSERT_THAT(w.kept_memories, SizeIs(1));
  EXPECT_EQ(w.kept_memories[0].process, kept[0].process) << "the one that may still appear";
}

TEST(EngineMemories, WhatIsOverIsNotRecalled) {
  std::vector<VmMemory> kept = of_a_vm_that_was_hurt();
  kept[0].until = WallTime{} - 1s;
  World w(after(kept));
  w.run(1s);
  EXPECT_THAT(w.kept_memories, IsEmpty());
  kept[0].until = WallTime{} + 9000h;
  World late(after(kept));
  late.add("web", 512_MiB);
  report_kills(late, 1);
  ASSERT_THAT(late.kept_memories, SizeIs(1));
  EXPECT_LT(late.kept_memories[0].until, WallTime{} + 1h) << "a clock that was set back makes none last";
}

TEST(EngineMemories, AVmWithTwoManagersIsLeftAloneByTheNextDaemonToo) {
  const std::vector<VmMemory> kept = of_a_vm_with_two_managers();
  ASSERT_THAT(kept, SizeIs(1));
  World w(after(kept));
  w.add("web");
  w.demands["web"] = 1_GiB;
  w.run(10s);
  EXPECT_THAT(w.machines.at("web")->targets, IsEmpty());
  EXPECT_EQ(w.vm("web").status, Status::Static);
  EXPECT_THAT(w.vm("web").note, HasSubstr("something else moves its balloon; left alone until"));
  EXPECT_EQ(meddled(w), 1);
  SettingsChange change;
  change.to.mode = Mode::Dynamic;
  ASSERT_TRUE(w.set("web", change, false));
  w.run(10s);
  EXPECT_FALSE(w.machines.at("web")->targets.empty());
  EXPECT_THAT(w.kept_memories, IsEmpty()) << "the next daemon manages it";
}

TEST(EngineMemories, WithoutTheGuardItIsManagedAgain) {
  Guards guards;
  guards.other_hand = false;
  World w(after(of_a_vm_with_two_managers(), guards));
  w.add("web");
  w.demands["web"] = 1_GiB;
  w.run(10s);
  EXPECT_FALSE(w.machines.at("web")->targets.empty());
}

}  // namespace
}  // namespace aerostat
