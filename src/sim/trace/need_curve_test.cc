// The curve between rows: it meets every row, repeats itself for the same seed, and knows nothing of later
// rows than those it may look at.
#include <gtest/gtest.h>

#include "sim/trace/need_curve.h"

namespace aerostat::sim {
namespace {

std::vector<Row> rows(int count, std::uint64_t seed) {
  Random random(seed);
  std::vector<Row> out;
  for (int i = 0; i < count; ++i) out.push_back({i * 2.0, static_cast<float>(random.uniform(500, 1500)), 0});
  return out;
}

std::vector<Piece> pieces(const std::vector<Row>& of, Texture texture, std::uint64_t seed, double most = 0) {
  const Trace trace = *Trace::of("a", of);
  NeedCurve curve(trace, 0, texture, seed, most);
  std::vector<Piece> out{curve.piece()};
  while (curve.next()) out.push_back(curve.piece());
  return out;
}

TEST(NeedCurve, LinearIsOneStraightPieceBetweenTwoRows) {
  const auto all = pieces({{0, 100, 0}, {10, 300, 0}, {20, 200, 0}}, Texture::Linear, 1);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].need0, 100);
  EXPECT_EQ(all[0].need1, 300);
  EXPECT_EQ(all[1].t0, 10);
  EXPECT_EQ(all[1].need1, 200);
}

TEST(NeedCurve, RoughMeetsEveryRowAndHasNoGaps) {
  const auto given = rows(50, 3);
  const auto all = pieces(given, Texture::Rough, 1);
  EXPECT_GT(all.size(), 50u * 20);
  std::size_t met = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i > 0) {
      ASSERT_DOUBLE_EQ(all[i].t0, all[i - 1].t1);
      ASSERT_DOUBLE_EQ(all[i].need0, all[i - 1].need1);
    }
    ASSERT_LE(all[i].t1 - all[i].t0, kFinePiece * 1.001);
    for (const Row& row : given) {
      if (all[i].t0 != row.time_s) continue;
      EXPECT_NEAR(all[i].need0, row.need_mib, 1e-3);
      ++met;
    }
  }
  EXPECT_EQ(met, given.size() - 1);
}

TEST(NeedCurve, TheSameSeedGivesTheSameCurveAndAnotherAnother) {
  const auto given = rows(20, 3);
  const auto a = pieces(given, Texture::Rough, 1);
  const auto b = pieces(given, Texture::Rough, 1);
  const auto c = pieces(given, Texture::Rough, 2);
  ASSERT_EQ(a.size(), b.size());
  std::size_t differ = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_EQ(a[i].need1, b[i].need1);
    differ += a[i].need1 != c[i].need1 ? 1 : 0;
  }
  EXPECT_GT(differ, a.size() / 2);
}

TEST(NeedCurve, ConstantNeedStaysConstantHoweverRough) {
  const std::vector<Row> given{{0, 700, 0}, {5, 700, 0}, {10, 700, 0}};
  for (const Piece& piece : pieces(given, Texture::Rough, 1)) EXPECT_EQ(piece.need1, 700);
}

TEST(NeedCurve, NeverNeedsMoreThanTheVmCanHave) {
  for (const Piece& piece : pieces(rows(50, 3), Texture::Rough, 1, 1500)) ASSERT_LE(piece.need1, 1500);
}

// Rows after the two that follow the current pair change nothing before them.
TEST(NeedCurve, KnowsNothingOfWhatIsFarAhead) {
  auto given = rows(30, 3);
  const auto before = pieces(given, Texture::Rough, 1);
  for (std::size_t i = 20; i < given.size(); ++i) given[i].need_mib = 9000;
  const auto after = pieces(given, Texture::Rough, 1);
  const double same_until = given[20 - 3].time_s;
  for (std::size_t i = 0; before[i].t1 <= same_until; ++i)
    ASSERT_EQ(before[i].need1, after[i].need1) << before[i].t1;
}

}  // namespace
}  // namespace aerostat::sim
