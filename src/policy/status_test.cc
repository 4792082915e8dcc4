#include "policy/status.h"

#include <gtest/gtest.h>

#include "policy/tuning.h"

namespace aerostat {
namespace {

using namespace literals;

Demand of(Bytes amount) {
  Demand demand;
  demand.demand = amount;
  return demand;
}

TEST(Health, IsHowMuchOfTheBufferIsThere) {
  EXPECT_EQ(health(500_MiB, 200_MiB, of(400_MiB), 100_MiB, false), Status::Ok);
  EXPECT_EQ(health(480_MiB, 200_MiB, of(400_MiB), 100_MiB, false), Status::Ok);
  EXPECT_EQ(health(479_MiB, 200_MiB, of(400_MiB), 100_MiB, false), Status::Low);
  EXPECT_EQ(health(399_MiB, 200_MiB, of(400_MiB), 100_MiB, false), Status::Warning);
}

TEST(Health, IsNotGoodWhereNearlyNothingIsAvailableWhateverTheDemand) {
  EXPECT_EQ(health(256_MiB, kSlack - 1_MiB, of(160_MiB), 64_MiB, false), Status::Low);
  EXPECT_EQ(health(256_MiB, 11_MiB, of(160_MiB), 64_MiB, true), Status::Warning);
}

TEST(Health, IsPagingWhileTheGuestPages) {
  Demand demand = of(100_MiB);
  demand.paging = true;
  EXPECT_EQ(health(500_MiB, 300_MiB, demand, 64_MiB, true), Status::Paging);
}

}  // namespace
}  // namespace aerostat
