#include "control/journal.h"

#include <gtest/gtest.h>

#include <utility>

namespace aerostat {
namespace {

using namespace literals;

// Granted and carried out as it was wished.
Decision of(Bytes from, Bytes to, Rule rule, Bytes about = {}) {
  const Wish wish{0, to, to, rule, Because::BeingFreed, about, {}};
  return {{wish, 0, from, to, {}}, {Outcome::Kind::Ordered, to}};
}

DecisionRecord record(Decision decision) {
  DecisionRecord d;
  d.vm = "web";
  d.decision = std::move(decision);
  return d;
}

DecisionRecord hold(Bytes about = {}) { return record(of(1_GiB, 1_GiB, Rule::Hold, about)); }

TEST(Journal, MakesOneOfEqualDecisionsInARow) {
  Journal journal;
  for (int i = 0; i < 5; ++i) journal.decision(hold(Bytes::mib(i)));
  const auto kept = journal.decisions("web", 10);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].repeated, 5u);
  EXPECT_EQ(kept[0].decision.ruling.wish.about, 4_MiB) << "the newest numbers";
}

TEST(Journal, KeepsEveryChange) {
  Journal journal;
  const DecisionRecord grow = record(of(1_GiB, 2_GiB, Rule::Grow));
  journal.decision(grow);
  journal.decision(grow);
  EXPECT_EQ(journal.decisions("web", 10).size(), 2u);
  journal.decision(hold());
  journal.result("web", "reached");
  EXPECT_EQ(journal.decisions("web", 10)[1].result, "reached");
}

TEST(Journal, SaysWhyAMoveWasMadeWhenItIsRead) {
  Journal journal;
  journal.event({}, EventCode::VmGrow, "web", of(1_GiB, 2_GiB, Rule::Grow, 1_GiB));
  const auto events = journal.events_after(0);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].vm, "web");
  EXPECT_EQ(event_text(events[0]).find("1.00 GiB -> 2.00 GiB by grow: 1.00 GiB more is being freed"), 0u)
      << event_text(events[0]);
}

TEST(Journal, IsBoundedAndNumbersItsEvents) {
  Journal journal;
  for (std::size_t i = 0; i < Journal::kEvents + 10; ++i) journal.event({}, EventCode::HostRecovered, "", {});
  EXPECT_EQ(journal.events_after(0).size(), Journal::kEvents);
  EXPECT_EQ(journal.events_after(journal.last_event() - 2).size(), 2u);
  EXPECT_TRUE(journal.events_after(journal.last_event()).empty());
}

// What one guest could do within its 200 messages a second.
TEST(Journal, OneVmDoesNotDrownTheOthers) {
  Journal journal;
  journal.event({}, EventCode::VmAppeared, "quiet", {});
  constexpr int kSeconds = 600;
  for (int ms = 0; ms < kSeconds * 1000; ms += 9) {
    const WallTime at{std::chrono::milliseconds(ms)};
    journal.event(at, ms % 2 == 0 ? EventCode::VmGrow : EventCode::VmShrink, "loud", {});
    if (ms % 250 == 0) journal.settle(at);
  }
  EXPECT_LT(journal.last_event(), 500u) << "lines of the log";
  const auto events = journal.events_after(0);
  EXPECT_EQ(events.front().vm, "quiet");
}

TEST(Journal, SaysHowManyWereLeftOut) {
  Journal journal;
  constexpr int kAll = 200;
  for (int i = 0; i < kAll; ++i) journal.event({}, EventCode::VmGrow, "loud", {});
  journal.event({}, EventCode::VmStatus, "loud", {});
  EXPECT_EQ(journal.events_after(0).back().code, EventCode::VmStatus) << "another kind is not held up";
  journal.settle(WallTime{std::chrono::seconds(60)});
  const EventRecord last = journal.events_after(0).back();
  EXPECT_EQ(last.code, EventCode::VmMore);
  EXPECT_EQ(event_text(last), "140 more vm.grow were left out");
  journal.settle(WallTime{std::chrono::seconds(120)});
  EXPECT_EQ(journal.events_after(0).back().seq, last.seq) << "said once";
}

TEST(Journal, WhoHasTheMostLosesItsOldest) {
  Journal journal;
  for (int vm = 0; vm < 20; ++vm) {
    const std::string name = "vm-" + std::to_string(vm);
    for (int i = 0; i < (vm == 0 ? 5 : 58); ++i) journal.event({}, EventCode::VmStatus, name, {});
  }
  const auto events = journal.events_after(0);
  EXPECT_EQ(events.size(), Journal::kEvents);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(events[static_cast<std::size_t>(i)].vm, "vm-0");
}

TEST(Journal, AClockThatIsSetBackHoldsNothingUpForGood) {
  Journal journal;
  const WallTime late{std::chrono::hours(1000)};
  for (int i = 0; i < 100; ++i) journal.event(late, EventCode::VmGrow, "web", {});
  const std::uint64_t before = journal.last_event();
  journal.event(WallTime{}, EventCode::VmGrow, "web", {});
  journal.event(WallTime{std::chrono::seconds(30)}, EventCode::VmGrow, "web", {});
  EXPECT_EQ(journal.last_event(), before + 2) << "what was left out, and the new one";
}

}  // namespace
}  // namespace aerostat
