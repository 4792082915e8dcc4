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
  journal.moved({}, "web", of(1_GiB, 2_GiB, Rule::Grow, 1_GiB));
  journal.moved({}, "web", of(2_GiB, 1_GiB, Rule::ReturnIdle));
  const auto events = journal.events_after(0);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, "vm.grow");
  EXPECT_EQ(events[0].vm, "web");
  EXPECT_EQ(events[0].text.find("1.00 GiB -> 2.00 GiB by grow: 1.00 GiB more is being freed"), 0u)
      << events[0].text;
  EXPECT_EQ(events[1].kind, "vm.shrink");
}

TEST(Journal, IsBoundedAndNumbersItsEvents) {
  Journal journal;
  for (std::size_t i = 0; i < Journal::kEvents + 10; ++i) journal.event({}, "vm.grow", "web", "text");
  EXPECT_EQ(journal.events_after(0).size(), Journal::kEvents);
  EXPECT_EQ(journal.events_after(journal.last_event() - 2).size(), 2u);
  EXPECT_TRUE(journal.events_after(journal.last_event()).empty());
}

}  // namespace
}  // namespace aerostat
