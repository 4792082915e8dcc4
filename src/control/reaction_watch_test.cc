#include "control/reaction_watch.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace aerostat::literals;
using namespace std::chrono_literals;

GuestState reported(Bytes total, TimePoint at) {
  GuestState guest;
  guest.sample.emplace();
  guest.sample->total = total;
  guest.sampled_at = guest.received_at = at;
  return guest;
}

TEST(ReactionWatch, LeavesOutAPartThatNobodySaw) {
  const TimePoint start{1h};
  ReactionWatch watch;
  watch.commanded(reported(512_MiB, start), start + 2ms, WallTime{});
  const auto seen = watch.look({}, reported(640_MiB, start + 80ms));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->decide_ms, 2.0);
  EXPECT_FALSE(seen->actuate_ms) << "the hypervisor told nothing of it";
  EXPECT_FALSE(seen->online_ms);
  EXPECT_EQ(seen->total_ms, 80.0);
}

TEST(ReactionWatch, SplitsTheTimeWhereTheHypervisorWasFirst) {
  const TimePoint start{1h};
  ReactionWatch watch;
  watch.commanded(reported(512_MiB, start), start + 2ms, WallTime{});
  MachineFacts facts;
  facts.grew_at = start + 12ms;
  const auto seen = watch.look(facts, reported(640_MiB, start + 80ms));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->actuate_ms, 10.0);
  EXPECT_EQ(seen->online_ms, 68.0);
}

}  // namespace
}  // namespace aerostat
