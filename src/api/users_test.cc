#include "api/users.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

using namespace std::chrono_literals;

const Principal kReader{"user 1000", Scope::Read, ""};
const Principal kOwner{"user 0", Scope::Own, ""};

TEST(Users, HaveSoManyPlacesEach) {
  Users users(2);
  EXPECT_TRUE(users.enter("a"));
  EXPECT_TRUE(users.enter("a"));
  EXPECT_FALSE(users.enter("a"));
  EXPECT_TRUE(users.enter("b"));
  users.leave("a");
  EXPECT_TRUE(users.enter("a"));
}

// How many answers of a size a client in a loop gets in a second, after it has used up its credit.
int in_a_second(const Principal& who, std::size_t bytes) {
  Users users(1);
  TimePoint now{};
  int answers = 0;
  for (const TimePoint end = now + 11s; now < end;) {
    now += 10us + users.wait(who, now);
    users.charge(who, bytes, now);
    if (now > TimePoint{} + 10s && now < end) ++answers;
  }
  return answers;
}

TEST(Users, ALoopIsSlowedDown) {
  EXPECT_NEAR(in_a_second(kReader, 600), 200, 20);
  EXPECT_NEAR(in_a_second(kReader, 700'000), 5, 2) << "500 VMs";
  EXPECT_GT(in_a_second(kOwner, 600), 900);
}

TEST(Users, WhoAsksSeldomNeverWaits) {
  Users users(1);
  TimePoint now{};
  for (int i = 0; i < 1000; ++i) {
    now += 50ms;
    EXPECT_EQ(users.wait(kReader, now), Duration{});
    users.charge(kReader, 20'000, now);
  }
}

TEST(Users, OneInALoopHindersNobodyElse) {
  Users users(1);
  for (int i = 0; i < 10'000; ++i) users.charge(kReader, 600, TimePoint{});
  EXPECT_GT(users.wait(kReader, TimePoint{}), 5s);
  EXPECT_EQ(users.wait(kOwner, TimePoint{}), Duration{});
}

}  // namespace
}  // namespace aerostat
