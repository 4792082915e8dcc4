#include "control/journal.h"

#include <gtest/gtest.h>

#include <utility>

namespace aerostat {
namespace {

using namespace literals;

DecisionRecord hold(std::string why) {
  DecisionRecord d;
  d.move = {"web", 1_GiB, 1_GiB, 1_GiB, Rule::Hold, std::move(why)};
  return d;
}

TEST(Journal, MakesOneOfEqualDecisionsInARow) {
  Journal journal;
  for (int i = 0; i < 5; ++i) journal.decision(hold("pass " + std::to_string(i)));
  const auto kept = journal.decisions("web", 10);
  ASSERT_EQ(kept.size(), 1u);
  EXPECT_EQ(kept[0].repeated, 5u);
  EXPECT_EQ(kept[0].move.why, "pass 4");
}

TEST(Journal, KeepsEveryChange) {
  Journal journal;
  DecisionRecord grow = hold("");
  grow.move.to = 2_GiB;
  grow.move.rule = Rule::Grow;
  journal.decision(grow);
  journal.decision(grow);
  EXPECT_EQ(journal.decisions("web", 10).size(), 2u);
  journal.decision(hold(""));
  journal.result("web", "reached");
  EXPECT_EQ(journal.decisions("web", 10)[1].result, "reached");
}

TEST(Journal, SaysWhyAMoveWasMadeWhenItIsRead) {
  Journal journal;
  Move move{"web", 1_GiB, 2_GiB, 2_GiB, Rule::Grow, "it pages"};
  journal.moved({}, move);
  std::swap(move.from, move.to);
  move.rule = Rule::ReturnIdle;
  journal.moved({}, move);
  const auto events = journal.events_after(0);
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].kind, "vm.grow");
  EXPECT_EQ(events[0].vm, "web");
  EXPECT_EQ(events[0].text.find("1.00 GiB -> 2.00 GiB by grow: it pages"), 0u) << events[0].text;
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
