// The oracle by itself: what it holds, and which dips it bridges.
#include "research/oracle.h"

#include <gtest/gtest.h>

namespace aerostat::sim {
namespace {

OracleScore oracle_of(const std::vector<Row>& rows) {
  const Trace trace = *Trace::of("a", rows);
  return oracle(NeedCurve(trace, 0, Texture::Linear, 1), 128, Prices{}, 0);
}

TEST(Oracle, HoldsConstantNeedRoundedUpToBlocks) {
  const OracleScore s = oracle_of({{0, 1000, 0}, {100, 1000, 0}});
  EXPECT_NEAR(s.need, 100'000, 1000 * kOracleStep);  // whole steps
  EXPECT_NEAR(s.waste, 2400, 2 * 24 * kOracleStep);  // 8 blocks are 1024
  EXPECT_EQ(s.plugged, 0);
  EXPECT_EQ(s.changes, 0);
}

// Down to half for `dip` s, at once and back at once.
OracleScore with_dip(double dip) {
  return oracle_of(
      {{0, 1024, 0}, {20, 1024, 0}, {20, 512, 0}, {20 + dip, 512, 0}, {20 + dip, 1024, 0}, {60, 1024, 0}});
}

TEST(Oracle, BridgesADipThatIsShorterThanThePriceOfAMove) {
  EXPECT_EQ(with_dip(3).changes, 0);
  EXPECT_NEAR(with_dip(3).waste, 3 * 512, 2 * 512 * kOracleStep);
  EXPECT_EQ(with_dip(6).changes, 2);
  EXPECT_NEAR(with_dip(6).plugged, 512, 1);
}

}  // namespace
}  // namespace aerostat::sim
