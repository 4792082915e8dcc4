#include "policy/share.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace aerostat {
namespace {

using namespace literals;

TEST(ShareOut, GivesAllTheirMostWhenThereIsEnough) {
  const Claim claims[] = {{0_MiB, 100_MiB, 1}, {0_MiB, 200_MiB, 5}};
  const auto shares = share_out(1_GiB, claims);
  EXPECT_EQ(shares[0], 100_MiB);
  EXPECT_EQ(shares[1], 200_MiB);
}

TEST(ShareOut, FollowsWeight) {
  const Claim claims[] = {{0_MiB, 1_GiB, 3000}, {0_MiB, 1_GiB, 1000}};
  const auto shares = share_out(400_MiB, claims);
  EXPECT_EQ(shares[0].round_up(1_MiB), 300_MiB);
  EXPECT_EQ(shares[1].round_up(1_MiB), 100_MiB);
}

TEST(ShareOut, PassesOnWhatASatisfiedClaimLeaves) {
  const Claim claims[] = {{0_MiB, 50_MiB, 9000}, {0_MiB, 1_GiB, 1000}};
  const auto shares = share_out(400_MiB, claims);
  EXPECT_EQ(shares[0], 50_MiB);
  EXPECT_EQ(shares[1].round_up(1_MiB), 350_MiB);
}

TEST(ShareOut, NeverCutsBelowTheLeast) {
  const Claim claims[] = {{300_MiB, 1_GiB, 0}, {100_MiB, 1_GiB, 10000}};
  EXPECT_EQ(share_out(200_MiB, claims)[0], 300_MiB);
}

// As many different levels at which claims are satisfied as there are claims.
TEST(ShareOut, FindsTheLevelAmongManyClaims) {
  std::vector<Claim> claims;
  for (int i = 0; i < 10000; ++i) claims.push_back({0_MiB, Bytes::mib(64 + i * 7919 % 4096), 1.0 + i % 97});
  const Bytes pool = Bytes::mib(10000 * 700);
  Bytes sum;
  for (const Bytes share : share_out(pool, claims)) sum += share;
  EXPECT_LE(sum, pool);
  EXPECT_GE(sum, pool - Bytes::of(10000));
}

RC_GTEST_PROP(ShareOutProperty, UsesThePoolAndNoMore, ()) {
  const auto count = *rc::gen::inRange(1, 20);
  std::vector<Claim> claims;
  Bytes leasts, mosts;
  for (int i = 0; i < count; ++i) {
    const Bytes least = Bytes::kib(*rc::gen::inRange(0, 1 << 20));
    const Bytes most = least + Bytes::kib(*rc::gen::inRange(0, 1 << 20));
    claims.push_back({least, most, static_cast<double>(*rc::gen::inRange(0, 10001))});
    leasts += least;
    mosts += most;
  }
  const Bytes pool = Bytes::kib(*rc::gen::inRange(0, 20 << 20));
  Bytes sum;
  for (const Bytes share : share_out(pool, claims)) sum += share;
  RC_ASSERT(sum <= std::max(pool, leasts));
  // All of it is used but what rounding to whole bytes leaves.
  RC_ASSERT(sum >= std::min(mosts, std::max(pool, leasts)) - Bytes::of(count));
}

}  // namespace
}  // namespace aerostat
