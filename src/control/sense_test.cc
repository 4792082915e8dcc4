#include "control/sense.h"

#include <gtest/gtest.h>

#include "control/fakes.h"
#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

struct Web {
  World w{4_GiB};
  fakes::FakeMachine& machine;

  explicit Web(Bytes base) : machine(w.add("web", base)) {}
  Bytes demand_after(Duration time, Bytes need, void (*also)(GuestSample&) = nullptr) {
    w.clock.advance(time);
    w.report("web", need, also);
    return *w.vm("web").demand;
  }
  Bytes demand_after_silence(Duration time) {
    w.clock.advance(time);
    w.engine.pass();
    return *w.vm("web").demand;
  }
};

// Was given 1 GiB of plugged memory and is giving half of it back.
struct Giving : Web {
  Giving() : Web(1_GiB) {
    machine.set_target(2_GiB);
    w.report("web", 900_MiB);
    machine.obedient = false;
    machine.set_target(1536_MiB);
    machine.d.goal = 1536_MiB;
  }
};

// Was just given 64 MiB, of which its total tells already.
struct Given : Web {
  explicit Given(Bytes needed = 300_MiB) : Web(384_MiB) {
    w.report("web", needed);
    machine.set_target(448_MiB);
  }
};

TEST(Sense, TakesABlockThatIsLeavingForNoNeed) {
  Giving vm;
  EXPECT_EQ(vm.demand_after(20ms, 1020_MiB), 900_MiB);
  EXPECT_EQ(vm.demand_after(30ms, 890_MiB), 890_MiB);
  EXPECT_EQ(vm.demand_after(100ms, 1010_MiB), 890_MiB) << "the next block";
}

// Two reports, each in the end of a block.
TEST(Sense, TakesTheNextBlockThatIsLeavingForNoNeedEither) {
  Giving vm;
  EXPECT_EQ(vm.demand_after(20ms, 1020_MiB), 900_MiB);
  vm.machine.d.plugged -= 128_MiB;
  EXPECT_EQ(vm.demand_after(100ms, 1020_MiB), 900_MiB);
}

TEST(Sense, HearsNothingInTheSilenceOfAGuestThatGivesABlock) {
  Giving vm;
  EXPECT_EQ(vm.demand_after(20ms, 1020_MiB), 900_MiB);
  EXPECT_EQ(vm.demand_after_silence(kSilenceTellsGiving), 900_MiB);
  EXPECT_EQ(vm.demand_after_silence(1ms), 1020_MiB) << "so long none is";
}

TEST(Sense, BelievesARiseThatStaysWhileABlockIsLeaving) {
  Giving vm;
  EXPECT_EQ(vm.demand_after(20ms, 1020_MiB), 900_MiB);
  EXPECT_EQ(vm.demand_after(70ms, 1020_MiB), 1020_MiB);
}

TEST(Sense, BelievesARiseThatNoBlockExplains) {
  Giving more_than_a_block;
  EXPECT_EQ(more_than_a_block.demand_after(20ms, 1100_MiB), 1100_MiB);
  Giving gives_nothing;
  gives_nothing.machine.arrive();
  EXPECT_EQ(gives_nothing.demand_after(20ms, 1020_MiB), 1020_MiB);
}

TEST(Sense, TakesMemoryThatComesForNoNeed) {
  Given vm;
  EXPECT_EQ(vm.demand_after(20ms, 360_MiB), 300_MiB);
  EXPECT_EQ(vm.demand_after(10ms, 310_MiB), 310_MiB);
}

TEST(Sense, BelievesARiseThatStaysWhenMemoryHasCome) {
  Given vm;
  EXPECT_EQ(vm.demand_after(20ms, 360_MiB), 300_MiB);
  EXPECT_EQ(vm.demand_after(10ms, 360_MiB), 360_MiB);
}

TEST(Sense, BelievesWhatItDoubtedWhenNothingElseIsSaid) {
  Given vm;
  EXPECT_EQ(vm.demand_after(20ms, 360_MiB), 300_MiB);
  EXPECT_EQ(vm.demand_after_silence(kSilenceTells), 300_MiB) << "its next look may still be on the way";
  EXPECT_EQ(vm.demand_after_silence(10ms), 360_MiB);
}

TEST(Sense, ForgetsWhatItDoubtedWhenTheNextReportSaysTooLittle) {
  Given vm;
  EXPECT_EQ(vm.demand_after(20ms, 360_MiB), 300_MiB);
  vm.w.clock.advance(20ms);
  vm.w.report("web", 360_MiB, [](GuestSample& s) { s.total.reset(); });
  vm.w.clock.advance(kSilenceTells * 2);
  vm.w.engine.pass();
  EXPECT_FALSE(vm.w.vm("web").demand);
}

TEST(Sense, KnowsWhatCameInPartsFromWhatItNeeds) {
  Given vm;
  EXPECT_EQ(vm.demand_after(20ms, 360_MiB), 300_MiB);
  vm.machine.set_target(512_MiB);
  EXPECT_EQ(vm.demand_after(20ms, 424_MiB), 300_MiB);
  EXPECT_EQ(vm.demand_after(10ms, 310_MiB), 310_MiB);
}

TEST(Sense, BelievesAGuestInWantWhileMemoryComes) {
  const auto with = [](void (*want)(GuestSample&)) {
    Given vm;
    return vm.demand_after(100ms, 360_MiB, want);
  };
  EXPECT_EQ(with(nullptr), 300_MiB);
  EXPECT_EQ(with([](GuestSample& s) { s.normal_free = 1_MiB; }), 360_MiB) << "its kernel is short";
  EXPECT_EQ(with([](GuestSample& s) { s.psi_some_us = 1'000'000; }), 360_MiB) << "it stalls";
}

TEST(Sense, BelievesBalloonStatisticsAtOnce) {
  World w(4_GiB);
  fakes::FakeMachine& machine = w.add("plain");
  w.guest("plain").s.service = Service::Absent;
  machine.f.has_balloon_stats = true;
  const auto demand_after = [&](Duration time, Bytes need) {
    w.clock.advance(time);
    GuestSample& stats = machine.f.balloon_stats.emplace();
    stats.total = machine.facts().assigned();
    stats.available = *stats.total - need;
    machine.f.balloon_stats_at = w.clock.now();
    w.engine.pass();
    return *w.vm("plain").demand;
  };
  demand_after(0ms, 300_MiB);
  machine.set_target(448_MiB);
  EXPECT_EQ(demand_after(200ms, 360_MiB), 360_MiB) << "they come too seldom to wait for the next";
}

TEST(Sense, BelievesAGuestThatFilledAllThatCame) {
  EXPECT_EQ(Given(380_MiB).demand_after(20ms, 444_MiB), 444_MiB);
}

TEST(Sense, GrowsARisingGuestEarlierThatWouldHaveToAddABlock) {
  World w(4_GiB);
  fakes::FakeMachine& machine = w.add("web");
  // 50 MiB/s, to 40 MiB less than it has.
  for (int i = 0; i < 20; ++i) {
    w.report("web", Bytes::mib(244 + 5 * i));
    w.clock.advance(100ms);
  }
  w.report("web", 344_MiB);
  w.engine.pass();
  EXPECT_GT(machine.facts().target(), 384_MiB) << "its boot memory is used up: none can be given at once";
  const Bytes had = machine.facts().target();
  const Bytes left = (had - 384_MiB).round_up(128_MiB) - (had - 384_MiB);
  ASSERT_GE(left, 32_MiB);
  w.clock.advance(1s);
  w.report("web", had - 40_MiB);
  w.engine.pass();
  EXPECT_EQ(machine.facts().target(), had) << "a part of a block can be given at once";
}

TEST(Sense, KnowsWhatCanBeGivenWithoutAnotherBlock) {
  fakes::FakeMachine machine("web", 384_MiB, 1664_MiB);
  VmRecord web;
  const Guards guards;
  web.machine = &machine;
  web.guards = &guards;
  const auto ready_at = [&](Bytes target) {
    machine.set_target(target);
    return view_of(web, TimePoint{}).room_in_block;
  };
  EXPECT_EQ(ready_at(300_MiB), 84_MiB) << "what its balloon holds";
  EXPECT_EQ(ready_at(384_MiB), 0_MiB);
  EXPECT_EQ(ready_at(448_MiB), 64_MiB) << "the rest of the first block";
  EXPECT_EQ(ready_at(512_MiB), 0_MiB);
  machine.d.plugged = machine.d.plug_requested = 4_MiB;
  machine.d.balloon_target = machine.d.balloon_actual = 380_MiB;
  EXPECT_EQ(view_of(web, TimePoint{}).room_in_block, 128_MiB) << "the block that was left open";
  machine.d.plug_block = 128_MiB;
  EXPECT_EQ(ready_at(384_MiB), 0_MiB) << "the first block is added whatever the device's are";
  EXPECT_EQ(ready_at(512_MiB), std::nullopt);
  machine.d.plug_maximum = 0_MiB;
  EXPECT_EQ(ready_at(300_MiB), std::nullopt) << "a device that can give nothing";
  machine.d.has_plug = false;
  EXPECT_EQ(ready_at(300_MiB), std::nullopt) << "no blocks at all";
}

TEST(Sense, ReadsAServiceOfAnotherSystemByWhatItSaysAndNotAsBalloonStatistics) {
  Web vm(1_GiB);
  vm.w.guest("web").s.os = "windows 11";
  const auto cached = [](GuestSample& s) {
    s.free = 100_MiB;
    s.inactive_file = 500_MiB;
  };
  EXPECT_EQ(vm.demand_after(1s, 424_MiB, cached), 424_MiB);
  EXPECT_EQ(vm.demand_after(1s, 424_MiB, cached), 424_MiB);
}

// Windows counts what the balloon holds as memory in use, and does not shrink its total by it.
struct Ballooned : Web {
  explicit Ballooned(bool said) : Web(1_GiB) {
    w.guest("web").s.os = "Windows Server 2008 R2 Standard SP1 x64";
    w.guest("web").s.balloon_in_total = said;
    machine.d.balloon_target = machine.d.balloon_actual = 700_MiB;
  }
  Bytes demand() {
    return demand_after(1s, 0_MiB, [](GuestSample& sample) {
      sample.total = 1_GiB;  // 324 MiB of it in the balloon
      sample.available = 300_MiB;
      sample.committed = 324_MiB + 500_MiB;
      sample.commit_limit = 2_GiB;
    });
  }
};

TEST(Sense, TakesWhatTheBalloonHoldsOffTheNumbersOfAGuestThatCountsIt) {
  Ballooned vm(true);
  EXPECT_EQ(vm.demand(), 400_MiB);
  const VmReport report = vm.w.vm("web");
  EXPECT_EQ(report.visible, 1_GiB) << "as the guest shows it";
  EXPECT_EQ(report.sample.total, 700_MiB);
  EXPECT_EQ(report.sample.committed, 500_MiB);
  EXPECT_GT(Ballooned(false).demand(), 700_MiB) << "otherwise the balloon would be need";
}

// It needs 1 GiB. Its total has all that it has seen, and the rest of it is in the balloon or available.
Bytes demand_of_windows(Web& vm, Bytes seen) {
  vm.w.guest("web").s.os = "Windows Server 2019 Standard x64";
  vm.w.guest("web").s.balloon_in_total = true;
  const Bytes has = vm.machine.facts().assigned();
  const auto says = [&](GuestSample& sample) {
    sample.total = seen;
    sample.available = has - 1_GiB;
  };
  vm.w.clock.advance(1s);
  vm.w.report("web", 0_MiB, says);
  return *vm.w.vm("web").demand;
}

TEST(Sense, TakesWhatTheBalloonHoldsOfAddedDimmsForNoNeed) {
  Web vm(2_GiB);
  vm.machine.d.by_dimms = true;
  vm.machine.d.base = 16_GiB;
  vm.machine.d.dimms = 14_GiB;
  for (const Bytes has : {16_GiB, 15_GiB, 8_GiB, 2_GiB, 1536_MiB}) {
    vm.machine.d.balloon_target = vm.machine.d.balloon_actual = has;
    EXPECT_EQ(demand_of_windows(vm, 16_GiB), 1_GiB) << format_bytes(has);
  }
}

TEST(Sense, TakesWhatHyperVsBalloonTookBackForNoNeed) {
  Web vm(2_GiB);
  vm.machine.d.plug_maximum = 6_GiB;
  vm.machine.grow_by_hyperv();
  Bytes seen = 2_GiB;
  for (const Bytes has : {2_GiB, 1536_MiB, 6_GiB, 3_GiB, 2_GiB, 1536_MiB}) {
    vm.machine.set_target(has);
    seen = std::max(seen, has);
    EXPECT_EQ(demand_of_windows(vm, seen), 1_GiB) << format_bytes(has);
  }
}

// Memory that it was promised and does not have yet is no need: else a slow balloon would ask for more and
// more.
TEST(Sense, TakesNoMemoryOnItsWayForNeedOfAGuestThatCountsItsBalloon) {
  Ballooned vm(true);
  vm.machine.obedient = false;
  vm.machine.d.balloon_target = 900_MiB;
  EXPECT_EQ(vm.demand(), 400_MiB);
}

TEST(Sense, TellsHowLongAgoAGuestReportedThatNoLongerDoes) {
  Web web(1_GiB);
  web.w.engine.pass();
  EXPECT_EQ(web.w.vm("web").sample_age_s, std::nullopt) << "it never did";
  web.demand_after(1s, 500_MiB);
  web.w.guest("web").s.service = Service::Absent;
  web.w.guest("web").s.sample.reset();
  for (const double age : {40.0, 80.0}) {
    web.w.clock.advance(40s);
    web.w.engine.pass();
    EXPECT_EQ(web.w.vm("web").demand, std::nullopt);
    EXPECT_EQ(web.w.vm("web").sample_age_s, age);
  }
}

TEST(Sense, CountsWhatIsAddedAndRemovedByWhateverHand) {
  Web web(1_GiB);
  web.w.engine.machine_changed(web.machine.id());
  EXPECT_EQ(web.w.vm("web").added, Bytes{}) << "what it had when it was found was not added";
  for (const Bytes size : {1536_MiB, 1280_MiB, 1280_MiB, 2_GiB, 768_MiB}) {
    web.machine.set_target(size);
    web.w.engine.machine_changed(web.machine.id());
    const VmReport now = web.w.vm("web");
    EXPECT_EQ(now.assigned, size);
    EXPECT_EQ(1_GiB + now.added - now.removed, size);
  }
  EXPECT_EQ(web.w.vm("web").added, 1280_MiB);
}

}  // namespace
}  // namespace aerostat
