#include "top/braille.h"

#include <gtest/gtest.h>

namespace aerostat::top {
namespace {

using Values = std::vector<std::optional<double>>;

TEST(Chart, DrawsALineAndAnAreaInDots) {
  EXPECT_EQ(chart({4, 4}, {}, 4, 1, 1), (std::vector<std::string>{"⠉"}));
  EXPECT_EQ(chart({}, {2, 2}, 4, 1, 1), (std::vector<std::string>{"⣤"}));
  EXPECT_EQ(chart({4, 4}, {2, 2}, 4, 1, 1), (std::vector<std::string>{"⣭"}));
}

TEST(Chart, LeavesAGapForWhatIsMissing) {
  EXPECT_EQ(chart({std::nullopt, 4}, {}, 4, 1, 1), (std::vector<std::string>{"⠈"}));
  EXPECT_EQ(chart({std::nullopt}, {std::nullopt}, 4, 2, 1), (std::vector<std::string>{"  "}));
}

TEST(Chart, ShowsTheNewestAtTheRightEdge) {
  EXPECT_EQ(chart({1, 1, 1, 4, 4}, {}, 4, 1, 1), (std::vector<std::string>{"⠉"}));
  EXPECT_EQ(chart({4}, {}, 4, 3, 1), (std::vector<std::string>{"  ⠈"}));
}

TEST(Chart, TakesAnyNumbers) {
  EXPECT_EQ(chart({-5, 1e300}, {}, 4, 1, 1), (std::vector<std::string>{"⠈"}));
  EXPECT_EQ(chart({1, 2}, {}, 0, 1, 1), (std::vector<std::string>{" "}));
  EXPECT_EQ(chart({1, 2}, {}, 4, 0, 0).size(), 0u);
}

TEST(Sparkline, ShowsTheNewestAndKeepsItsWidth) {
  EXPECT_EQ(sparkline(Values{8, 4, std::nullopt, 1}, 8, 5), " █▄ ▁");
  EXPECT_EQ(sparkline(Values{1, 8, 8}, 8, 2), "██");
}

}  // namespace
}  // namespace aerostat::top
