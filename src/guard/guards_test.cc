#include "guard/guards.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

// All switches as one number, so that a test sees that exactly one differs.
int on(const Guards& g) {
  const Rails& r = g.rails;
  return r.limits + r.ledger + r.physical + r.fair_share + r.lock_out + g.stall_monitor + g.silence +
         g.stand_in + g.give_back + g.evidence + g.unbelieved + g.absent_share + g.learned_floor + g.orphans +
         g.reboots + g.other_hand + g.reservations;
}

TEST(Guards, AreAllOnUnlessOneIsNamed) {
  EXPECT_EQ(static_cast<std::size_t>(on({})), guard_names().size())
      << "a guard without a name, or a name without one";
  for (const GuardName& each : guard_names()) {
    const auto guards = without_guard(each.name);
    ASSERT_TRUE(guards) << each.name;
    EXPECT_EQ(on(*guards), on({}) - 1) << each.name;
  }
}

TEST(Guards, SayWhichThereAreWhenANameIsWrong) {
  const auto guards = without_guard("luck");
  ASSERT_FALSE(guards);
  EXPECT_NE(guards.error().message.find("stall-monitor"), std::string::npos) << guards.error().message;
}

}  // namespace
}  // namespace aerostat
