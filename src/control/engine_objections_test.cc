// A program in a guest refuses a shrink: it is heard once, others are asked first, and nobody is held up.
#include <gtest/gtest.h>

#include "control/engine.h"
#include "control/fakes.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using fakes::World;

// `name` has 1 GiB and needs 200 MiB; its programs refuse whatever they are asked.
void refuses(World& w, const std::string& name) {
  w.add(name, 1024_MiB);
  w.report(name, 200_MiB);
  w.demands[name] = 200_MiB;
  w.guest(name).s.asks_programs = true;
  w.guest(name).s.prepared = true;
  w.guest(name).s.refusal = "db: a checkpoint is running";
}

// Runs until the guest was asked; by then its memory lies idle long enough.
void until_asked(World& w, const std::string& name) {
  for (int i = 0; i < 400 && w.guest(name).prepares == 0; ++i) w.run(250ms);
  ASSERT_EQ(w.guest(name).prepares, 1);
}

std::string explained(World& w, const std::string& name) {
  std::string all;
  const auto records = w.engine.explain(name, 200);
  for (const DecisionRecord& one : records.value()) all += one.result + "\n";
  return all;
}

TEST(EngineObjections, AProgramIsHeardOnceAndForHalfAMinute) {
  World w(4_GiB);
  refuses(w, "db");
  until_asked(w, "db");
  const auto newest = w.engine.explain("db", 1);
  EXPECT_EQ(w.guest("db").to_prepare, 1024_MiB - newest.value().back().decision.desired())
      << "it hears of the whole shrink, not of its first step";
  w.run(25s);
  EXPECT_EQ(w.assigned("db"), 1024_MiB);
  EXPECT_NE(explained(w, "db").find("refuses, others are asked first: db: a checkpoint is running"),
            std::string::npos)
      << explained(w, "db");
  w.run(30s);
  EXPECT_LT(w.assigned("db"), 1024_MiB) << "it refuses still, and is not heard any more";
}

TEST(EngineObjections, OthersAreAskedFirst) {
  World w(2304_MiB);
  refuses(w, "db");
  w.add("idle", 1024_MiB);
  w.demands["idle"] = 200_MiB;
  until_asked(w, "db");
  w.run(1s);
  w.add("busy", 384_MiB);
  for (Bytes need = 200_MiB; need <= 500_MiB; need += 50_MiB) {
    w.demands["busy"] = need;
    w.run(1s);
  }
  EXPECT_GE(w.assigned("busy"), 500_MiB);
  EXPECT_LT(w.assigned("idle"), 1024_MiB);
  EXPECT_EQ(w.assigned("db"), 1024_MiB);
}

TEST(EngineObjections, WhereOthersCannotGiveEnoughItIsOverruled) {
  World w(1600_MiB);
  refuses(w, "db");
  until_asked(w, "db");
  w.run(1s);
  ASSERT_EQ(w.assigned("db"), 1024_MiB);
  w.add("busy", 384_MiB);
  w.demands["busy"] = 380_MiB;
  w.run(2s);
  w.demands["busy"] = 900_MiB;
  w.run(6s);
  EXPECT_LT(w.assigned("db"), 1024_MiB) << "long before half a minute is over";
  EXPECT_GT(w.assigned("busy"), 576_MiB) << "more than was free";
  EXPECT_NE(explained(w, "db").find("so this is overruled: db: a checkpoint"), std::string::npos)
      << explained(w, "db");
  EXPECT_EQ(w.engine.host().over_committed_passes, 0U);
}

// Whether the newest decision about `name` mentions `what`.
bool newest_says(World& w, const std::string& name, const std::string& what) {
  return w.engine.explain(name, 1).value().back().result.find(what) != std::string::npos;
}

// "db" refuses, others lack memory, and the first part of the shrink is told as overruled.
void overrules(World& w) {
  w.settings.kept["db"].minimum = 64_MiB;
  refuses(w, "db");
  until_asked(w, "db");
  w.run(1s);
  w.add("busy", 384_MiB);
  w.demands["busy"] = 380_MiB;
  w.run(2s);
  w.demands["busy"] = 900_MiB;
  for (int i = 0; i < 40 && w.assigned("db") == 1024_MiB; ++i) w.run(250ms);
  ASSERT_LT(w.assigned("db"), 1024_MiB);
  ASSERT_TRUE(newest_says(w, "db", "so this is overruled"));
}

void until_it_gives(World& w, const std::string& name) {
  const Bytes before = w.assigned(name);
  for (int i = 0; i < 800 && w.assigned(name) == before; ++i) w.run(250ms);
  ASSERT_LT(w.assigned(name), before);
}

TEST(EngineObjections, AShrinkThatTheProgramAgreesToIsNotToldAsOverruled) {
  World w(1600_MiB);
  overrules(w);
  w.guest("db").s.refusal.clear();
  until_it_gives(w, "db");
  EXPECT_FALSE(newest_says(w, "db", "overruled"));
}

TEST(EngineObjections, AShrinkLongAfterwardsIsNotToldAsOverruled) {
  World w(1600_MiB);
  overrules(w);
  w.demands["busy"] = 300_MiB;
  w.run(60s);
  w.demands["db"] = 80_MiB;
  until_it_gives(w, "db");
  EXPECT_FALSE(newest_says(w, "db", "overruled")) << "nobody lacks anything";
}

TEST(EngineObjections, AVmThatNobodyWouldTakeFromIsNotToldAsKept) {
  World w(4_GiB);
  w.settings.kept["db"].maximum = 1_GiB;
  refuses(w, "db");
  until_asked(w, "db");
  w.run(2s);
  ASSERT_TRUE(newest_says(w, "db", "a program in the guest refuses"));
  w.demands["db"] = 850_MiB;
  w.run(2s);
  ASSERT_EQ(w.assigned("db"), 1024_MiB);
  EXPECT_FALSE(newest_says(w, "db", "refuses")) << "it needs what it has";
}

TEST(EngineObjections, AGuestThatNeverAnswersIsNotWaitedFor) {
  World w(4_GiB);
  refuses(w, "db");
  w.guest("db").s.prepared = false;
  until_asked(w, "db");
  w.run(2s);
  EXPECT_EQ(w.assigned("db"), 1024_MiB) << "its programs have two seconds";
  w.run(1s);
  const Bytes before = w.assigned("db");
  EXPECT_LT(before, 1024_MiB);
  w.guest("db").s.prepared = true;
  w.run(5s);
  EXPECT_LT(w.assigned("db"), before) << "an answer that comes too late is none";
}

TEST(EngineObjections, WhereOthersLackMemoryProgramsHaveHalfASecond) {
  World w(1600_MiB);
  refuses(w, "db");
  w.guest("db").s.prepared = false;
  w.add("busy", 384_MiB);
  w.demands["busy"] = 380_MiB;
  w.run(2s);
  w.demands["busy"] = 900_MiB;
  for (int i = 0; i < 100 && w.guest("db").prepares == 0; ++i) w.run(50ms);
  ASSERT_EQ(w.guest("db").prepares, 1);
  ASSERT_EQ(w.assigned("db"), 1024_MiB);
  w.run(750ms);
  EXPECT_LT(w.assigned("db"), 1024_MiB);
}

TEST(EngineObjections, AfterAGrowthANewShrinkMayBeRefused) {
  World w(4_GiB);
  refuses(w, "db");
  until_asked(w, "db");
  w.run(60s);
  ASSERT_LT(w.assigned("db"), 1000_MiB);
  w.demands["db"] = 900_MiB;
  w.run(20s);
  ASSERT_GT(w.assigned("db"), 900_MiB);
  const Bytes high = w.assigned("db");
  w.demands["db"] = 200_MiB;
  const auto refused = [&w] {
    const auto newest = w.engine.explain("db", 1);
    return newest.value().back().result.find("a program in the guest refuses") != std::string::npos;
  };
  for (int i = 0; i < 800 && !refused() && w.assigned("db") == high; ++i) w.run(250ms);
  EXPECT_TRUE(refused());
  EXPECT_EQ(w.assigned("db"), high);
}

// Other programs may run in it now.
TEST(EngineObjections, AfterARebootAShrinkMayBeRefusedAtOnce) {
  World w(4_GiB);
  refuses(w, "db");
  until_asked(w, "db");
  w.run(1s);
  fakes::FakeMachine& db = *w.machines.at("db");
  ++db.f.resets;
  w.engine.machine_changed(db.id());
  w.report("db", 200_MiB);
  for (int i = 0; i < 400 && w.guest("db").prepares == 1; ++i) w.run(250ms);
  ASSERT_EQ(w.guest("db").prepares, 2);
  w.run(25s);
  EXPECT_EQ(w.assigned("db"), 1024_MiB);
  w.run(30s);
  EXPECT_LT(w.assigned("db"), 1024_MiB);
}

// A service that is silent answers nothing.
TEST(EngineObjections, WhereBalloonStatisticsStandInNobodyIsAsked) {
  World w(4_GiB);
  refuses(w, "db");
  w.demands.clear();
  w.guest("db").s.service = Service::Silent;
  w.guest("db").s.note = "reported nothing for 3 s";
  w.speak("db");
  w.run_with_statistics("db", 150s, 200_MiB);
  EXPECT_LT(w.assigned("db"), 1024_MiB);
  EXPECT_EQ(w.guest("db").prepares, 0);
}

TEST(EngineObjections, WhereTheHostsKernelHasNoMoreItIsOverruled) {
  World w(8_GiB);
  w.host.resident_now = 384_MiB;
  refuses(w, "db");
  w.host.resident_of[*w.machines["db"]->f.pid] = 1_GiB;
  w.add("busy", 384_MiB);
  w.demands["busy"] = 200_MiB;
  w.host.available_now = 200_MiB;  // 72 MiB above what is kept for the host
  until_asked(w, "db");
  w.run(1s);
  ASSERT_EQ(w.assigned("db"), 1024_MiB);
  w.demands["busy"] = 600_MiB;
  w.run(6s);
  EXPECT_LT(w.assigned("db"), 1024_MiB) << "long before half a minute is over";
}

TEST(EngineObjections, AVmThatIsOwedToAnotherStartIsNotKept) {
  World w(2_GiB);
  refuses(w, "db");
  until_asked(w, "db");
  w.run(1s);
  ASSERT_TRUE(w.engine.reserve({"new", 1500_MiB}));
  w.run(20s);
  EXPECT_LE(w.assigned("db"), 2048_MiB - 1500_MiB);
}

TEST(OthersSuffice, CountsWhatIsFreeWhatComesBackAndWhatOthersGive) {
  HostView host;
  host.capacity = 1000_MiB;
  host.vms.resize(2);
  for (VmView& vm : host.vms) vm.target = vm.committed = 400_MiB;
  Wish grows, gives;
  grows.place = 0;
  grows.to = grows.desired = 500_MiB;
  grows.rule = Rule::Grow;
  EXPECT_TRUE(others_suffice(host, {grows}));
  Wish cut = grows;
  cut.numbers.wanted.add(Part::Demand, 700_MiB);
  EXPECT_FALSE(others_suffice(host, {cut})) << "it was planned less than it lacks";
  grows.desired = 700_MiB;
  EXPECT_FALSE(others_suffice(host, {grows}));
  host.vms[1].committed = 450_MiB;
  EXPECT_FALSE(others_suffice(host, {grows})) << "what comes back is not free yet, and counts once";
  grows.desired = 600_MiB;
  EXPECT_TRUE(others_suffice(host, {grows}));
  host.vms[1].stalled = true;
  EXPECT_FALSE(others_suffice(host, {grows})) << "it gives nothing";
  host.vms[1].stalled = false;
  grows.desired = 700_MiB;
  grows.rule = Rule::Hold;
  EXPECT_TRUE(others_suffice(host, {grows})) << "it shall have no more";
  grows.rule = Rule::Grow;
  gives.place = 1;
  gives.to = 390_MiB;
  gives.desired = 250_MiB;
  EXPECT_TRUE(others_suffice(host, {gives, grows}));
  host.elsewhere = 1000_MiB;
  EXPECT_FALSE(others_suffice(host, {})) << "more is promised than there is";
  host.elsewhere = 0_MiB;
  host.spare_physical = 100_MiB;
  grows.desired = 500_MiB;
  EXPECT_TRUE(others_suffice(host, {grows}));
  host.spare_physical = 20_MiB;
  EXPECT_FALSE(others_suffice(host, {grows})) << "the books have it, the host's kernel has not";
  Wish astray;
  astray.place = host.vms.size();
  astray.to = astray.desired = 10_GiB;
  astray.rule = Rule::Grow;
  host.elsewhere = 0_MiB;
  EXPECT_TRUE(others_suffice(host, {astray}));
}

}  // namespace
}  // namespace aerostat
