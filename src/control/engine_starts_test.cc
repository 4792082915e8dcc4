// VMs that are about to start: their memory is gathered from those that run, or they wait and are told why.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::FakeMachine;
using fakes::World;
using ::testing::HasSubstr;
using ::testing::Not;

StartRequest request(const std::string& vm, Bytes memory, std::chrono::seconds wait = 60s) {
  return {.vm = vm, .memory = memory, .wait = wait, .lasts = 300s};
}

// A VM whose memory cannot be moved.
FakeMachine& add_static(World& w, const std::string& name, Bytes memory) {
  w.settings.kept[name].mode = Mode::Static;
  return w.appear(std::make_unique<FakeMachine>(name, memory, Bytes{}));
}

StartState state(World& w, const std::string& vm) { return w.engine.start(vm)->state; }

bool law_holds(World& w) {
  const HostReport host = w.engine.host();
  return host.committed <= host.capacity - host.reserve;
}

TEST(EngineStarts, MemoryIsGatheredFromRunningVms) {
  World w(4_GiB);
  w.add("web", 2_GiB);
  w.add("db", 2_GiB);
  w.demands = {{"web", 1400_MiB}, {"db", 1400_MiB}};
  w.run(2s);
  ASSERT_TRUE(w.engine.reserve(request("new", 1_GiB)));
  EXPECT_EQ(state(w, "new"), StartState::Waiting);
  w.run(250ms);
  EXPECT_EQ(state(w, "new"), StartState::Gathering);
  for (int i = 0; i < 100 && state(w, "new") != StartState::Ready; ++i) w.run(500ms);
  ASSERT_EQ(state(w, "new"), StartState::Ready) << w.engine.start("new")->why;
  EXPECT_TRUE(law_holds(w));
  w.appear(std::make_unique<FakeMachine>("new", 1_GiB, Bytes{}));
  w.run(1s);
  EXPECT_EQ(state(w, "new"), StartState::Started);
  EXPECT_TRUE(law_holds(w));
}

// The six that fit run. The others wait, and start by themselves as those end.
TEST(EngineStarts, TenStartsOnAHostForSix) {
  World w(6_GiB);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(w.engine.reserve(request("vm" + std::to_string(i), 1_GiB, 300s)));
  w.run(1s);
  int ready = 0;
  for (const StartReport& each : w.engine.starts()) {
    EXPECT_THAT(each.state, testing::AnyOf(StartState::Ready, StartState::Waiting));
    if (each.state == StartState::Ready) add_static(w, each.request.vm, 1_GiB), ++ready;
  }
  EXPECT_EQ(ready, 6);
  w.run(2s);
  EXPECT_TRUE(law_holds(w));
  EXPECT_EQ(state(w, "vm6"), StartState::Waiting);
  EXPECT_THAT(w.engine.start("vm6")->why, HasSubstr("1.00 GiB of 1.00 GiB are missing"));
  EXPECT_THAT(w.engine.start("vm6")->why, HasSubstr("(1.00 GiB, static)"));
  EXPECT_THAT(w.engine.start("vm9")->why, HasSubstr("1.00 GiB of 1.00 GiB are missing"));
  w.vanish("vm0");
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(state(w, "vm6"), StartState::Ready);
  EXPECT_EQ(state(w, "vm7"), StartState::Waiting);
}

TEST(EngineStarts, ARefusalNamesWhatIsMissingAndWhoHasIt) {
  World w(4_GiB);
  add_static(w, "db", 3_GiB);
  w.add("web", 512_MiB);
  w.demands["web"] = 500_MiB;
  ASSERT_TRUE(w.engine.reserve(request("new", 1_GiB, 5s)));
  w.run(6s);
  ASSERT_EQ(state(w, "new"), StartState::Refused);
  EXPECT_THAT(w.engine.start("new")->why,
              HasSubstr("256 MiB of 1.00 GiB were missing after 5 s; most is held "
                        "by db (3.00 GiB, static) and web ("));
  EXPECT_EQ(w.engine.host().reserved, 0_MiB);
}

TEST(EngineStarts, APauseIsNamedWhereAStartWaitsForMemory) {
  World w(4_GiB);
  w.add("web", 2_GiB);
  w.demands["web"] = 300_MiB;
  w.engine.pause("test");
  ASSERT_TRUE(w.engine.reserve(request("new", 3_GiB)));
  w.run(1s);
  EXPECT_EQ(state(w, "new"), StartState::Gathering);
  EXPECT_THAT(w.engine.start("new")->why,
              HasSubstr("are still to come from running VMs; most is held by web ("));
  EXPECT_THAT(w.engine.start("new")->why, HasSubstr("aerostat is paused"));
}

TEST(EngineStarts, TheWeightIsThatOfTheVmsSettings) {
  World w(4_GiB);
  w.settings.kept["new"].weight = 7000;
  EXPECT_EQ(w.engine.reserve(request("new", 1_GiB))->weight, 7000);
  StartRequest own = request("new", 1_GiB);
  own.weight = 1;
  EXPECT_EQ(w.engine.reserve(own)->weight, 1);
}

TEST(EngineStarts, ANewDaemonGoesOnWithWhatTheLastOnePromised) {
  World before(4_GiB);
  ASSERT_TRUE(before.engine.reserve(request("ready", 3_GiB)));
  before.run(1s);
  ASSERT_TRUE(before.engine.reserve(request("waits", 2_GiB, 30s)));
  before.run(1s);
  ASSERT_EQ(before.kept_starts.size(), 2u);
  EngineOptions how = World::options(4_GiB, {});
  how.starts = before.kept_starts;
  World w(how);
  EXPECT_EQ(w.engine.host().reserved, 3_GiB) << "before any VM was seen";
  w.run(1s);
  EXPECT_EQ(state(w, "ready"), StartState::Ready);
  EXPECT_EQ(state(w, "waits"), StartState::Waiting);
  w.run(30s);
  EXPECT_EQ(state(w, "waits"), StartState::Refused) << "a restart gives no more time";
  w.run(300s);
  EXPECT_EQ(w.engine.host().reserved, 0_MiB) << "nothing is kept for ever";
  EXPECT_TRUE(w.kept_starts.empty());
}

constexpr const char* kDomain = "11111111-2222-3333-4444-555555555555";

StartRequest left_to_us(const std::string& vm, Bytes memory) {
  StartRequest out = request(vm, memory, 300s);
  out.domain = kDomain;
  return out;
}

TEST(EngineStarts, ADomainThatWasToldToWaitIsStartedWhenItsMemoryIsThere) {
  World w(4_GiB);
  FakeMachine& full = add_static(w, "full", 4_GiB);
  w.run(1s);
  ASSERT_TRUE(w.engine.reserve(left_to_us("new", 2_GiB)));
  w.run(10s);
  EXPECT_TRUE(w.begun.empty()) << "there is nothing for it yet";
  w.vanish(full.name());
  w.host.ended.insert(1);
  w.run(1s);
  EXPECT_EQ(w.begun, std::vector<std::string>{kDomain});
  w.run(5s);
  EXPECT_EQ(w.begun.size(), 1u) << "once";
  w.engine.start_failed("new", "its disk is gone");
  EXPECT_EQ(w.engine.start("new")->why, "it could not be started: its disk is gone");
  EXPECT_EQ(state(w, "new"), StartState::Refused);
  EXPECT_EQ(w.engine.host().reserved, 0_MiB);
}

TEST(EngineStarts, WhatIsReadyIsStartedWhenThatIsAskedFor) {
  World w(4_GiB);
  ASSERT_TRUE(w.engine.reserve(request("new", 2_GiB)));
  w.run(1s);
  ASSERT_EQ(state(w, "new"), StartState::Ready);
  EXPECT_TRUE(w.begun.empty());
  ASSERT_TRUE(w.engine.reserve(left_to_us("new", 2_GiB)));
  EXPECT_EQ(w.begun, std::vector<std::string>{kDomain});
}

TEST(EngineStarts, AFailureThatComesTooLateTakesNothingFromANewRequest) {
  World w(4_GiB);
  add_static(w, "full", 4_GiB);
  w.run(1s);
  ASSERT_TRUE(w.engine.reserve(left_to_us("new", 2_GiB)));
  w.run(1s);
  w.engine.start_failed("new", "it asked again, and waits");
  EXPECT_EQ(state(w, "new"), StartState::Waiting);
}

TEST(EngineStarts, ANewDaemonStartsWhatTheLastOneCouldNotStartAnyMore) {
  World before(4_GiB);
  ASSERT_TRUE(before.engine.reserve(left_to_us("new", 2_GiB)));
  before.run(1s);
  ASSERT_EQ(before.begun.size(), 1u);
  EngineOptions how = World::options(4_GiB, {});
  how.starts = before.kept_starts;
  World w(how);
  w.run(1s);
  EXPECT_EQ(w.begun, std::vector<std::string>{kDomain});
}

TEST(EngineStarts, ADomainThatNobodyCanStartIsRefusedAtOnce) {
  World w(4_GiB);
  w.may_begin = fail(Error::Kind::Unavailable, "there is no libvirt");
  const Result<StartReport> refused = w.engine.reserve(left_to_us("new", 2_GiB));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Error::Kind::Refused);
  EXPECT_EQ(refused.error().message, "there is no libvirt");
  EXPECT_EQ(refused.error().field, "domain");
  EXPECT_TRUE(w.engine.starts().empty()) << "it waits for nobody";
  EXPECT_TRUE(w.engine.reserve(request("new", 2_GiB))) << "whoever asks starts it";
}

TEST(EngineStarts, ADomainHasOneNameOnly) {
  World w(4_GiB);
  ASSERT_TRUE(w.engine.reserve(left_to_us("new", 1_GiB)));
  const Result<StartReport> other = w.engine.reserve(left_to_us("other", 1_GiB));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, Error::Kind::Refused);
  EXPECT_THAT(other.error().message, HasSubstr("is asked for as 'new' already"));
  EXPECT_TRUE(w.engine.reserve(left_to_us("new", 2_GiB))) << "the same name may ask again";
  ASSERT_TRUE(w.engine.release("new", "test"));
  EXPECT_TRUE(w.engine.reserve(left_to_us("other", 1_GiB)));
  EngineOptions how = World::options(4_GiB, {});
  how.starts = w.kept_starts;
  how.starts.push_back(how.starts.front());
  how.starts.back().request.vm = "third";
  EXPECT_EQ(World(how).engine.starts().size(), 1u) << "of an earlier daemon that knew no better";
}

TEST(EngineStarts, OnAnEmptyHostNobodyElseIsBlamed) {
  World w(4_GiB);
  EXPECT_EQ(w.engine.reserve(request("new", 1_GiB))->why,
            "it is next: it gets its memory with the next pass");
  EXPECT_EQ(w.engine.reserve(request("now", 1_GiB, 0s))->why,
            "1.00 GiB are free for it: it is ready with the next pass");
}

TEST(EngineStarts, MemoryKeptForOtherStartsIsNamedAsWhatHoldsIt) {
  World w(4_GiB);
  ASSERT_TRUE(w.engine.reserve(request("first", 3_GiB)));
  w.run(1s);
  ASSERT_EQ(state(w, "first"), StartState::Ready);
  EXPECT_THAT(w.engine.reserve(request("now", 2_GiB, 0s)).error().message,
              HasSubstr("; most is held by first (3.00 GiB, kept for its start)"));
  ASSERT_TRUE(w.engine.reserve(request("second", 2_GiB, 5s)));
  ASSERT_TRUE(w.engine.reserve(request("third", 512_MiB, 5s)));
  w.run(1s);
  EXPECT_EQ(
      w.engine.start("second")->why,
      "1.00 GiB of 2.00 GiB are missing, even with every VM at its minimum; most is held by first (3.00 "
      "GiB, kept for its start)");
  EXPECT_EQ(w.engine.start("third")->why, "its turn comes after second (asked earlier, or more weight)");
  EXPECT_EQ(w.engine.start("third")->missing, 0_MiB) << "it is there, and others come first";
  w.run(5s);
  EXPECT_THAT(w.engine.start("second")->why, HasSubstr("1.00 GiB of 2.00 GiB were missing after 5 s; most"));
  EXPECT_EQ(state(w, "third"), StartState::Refused);
  EXPECT_THAT(w.engine.start("third")->why, HasSubstr("its turn did not come within 5 s: others are served"));
}

TEST(EngineStarts, WhatTheKernelLacksIsNotSaidToComeFromVms) {
  World w(4_GiB);
  w.host.available_now = 512_MiB;
  ASSERT_TRUE(w.engine.reserve(request("new", 1_GiB)));
  w.run(1s);
  ASSERT_EQ(state(w, "new"), StartState::Gathering);
  EXPECT_THAT(w.engine.start("new")->why,
              HasSubstr("are missing: the host's kernel has only 384 MiB to spare"));
}

TEST(EngineStarts, MoreThanTheHostHasIsNobodysFault) {
  World w(4_GiB);
  add_static(w, "db", 1_GiB);
  EXPECT_THAT(w.engine.reserve(request("new", 5_GiB)).error().message, Not(HasSubstr("most is held")));
}

TEST(EngineStarts, TheEventsTellWhoAskedAndWhoGaveUp) {
  World w(4_GiB);
  StartRequest asked = request("new", 1_GiB);
  asked.asked_by = "user 7";
  ASSERT_TRUE(w.engine.reserve(asked));
  w.run(1s);
  ASSERT_TRUE(w.engine.release("new", "token ci"));
  std::vector<std::string> by;
  for (const EventRecord& each : w.engine.events(0))
    by.push_back(std::string(event_code(each.code)) + " " + each.by);
  EXPECT_EQ(by,
            (std::vector<std::string>{"vm.start-waits user 7", "vm.start-ready ", "vm.released token ci"}));
}

TEST(EngineStarts, NothingIsKeptIsSaidWithTheReason) {
  World w(4_GiB);
  EXPECT_EQ(w.engine.release("web", "test").error().kind, Error::Kind::NotFound);
  ASSERT_TRUE(w.engine.reserve(request("web", 1_GiB)));
  EXPECT_EQ(w.engine.release("web", "test")->state, StartState::Released);
  EXPECT_THAT(w.engine.release("web", "test").error().message, HasSubstr("it was released"));
  EXPECT_THAT(w.engine.start("wob").error().message, HasSubstr("did you mean 'web'?"));
}

}  // namespace
}  // namespace aerostat
