#include "model/recording.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>

namespace aerostat::recording {
namespace {

TEST(Recording, ARowHasAFieldForEachNameOfTheHeader) {
  const auto commas = [](std::string_view text) { return std::count(text.begin(), text.end(), ','); };
  std::array<char, kLongestLine> a{}, b{};
  EXPECT_EQ(commas(header_line(false, a)), commas(row_line({}, false, b)));
  EXPECT_EQ(commas(header_line(true, a)), commas(row_line({}, true, b)));
  EXPECT_EQ(commas(header_line(true, a)) - commas(header_line(false, b)), 3);
}

TEST(Recording, EveryLineFits) {
  Row row;
  row.ms = std::numeric_limits<std::int64_t>::max();
  for (const Column& column : kColumns) row.*column.value = std::numeric_limits<std::int64_t>::max();
  for (const Column& column : kHostColumns) row.*column.value = std::numeric_limits<std::int64_t>::max();
  std::array<char, kLongestLine> room{};
  EXPECT_TRUE(row_line(row, true, room).ends_with("\n"));
  EXPECT_TRUE(header_line(true, room).ends_with("\n"));
}

TEST(Recording, WhatIsNotKnownIsEmptyAndTimeHasMilliseconds) {
  Row row;
  row.ms = 12'007;
  row.total = 0;
  row.available = 5;
  std::array<char, kLongestLine> room{};
  EXPECT_TRUE(row_line(row, false, room).starts_with("12.007,0,,5,,")) << row_line(row, false, room);
  row.ms = 12'070;
  EXPECT_TRUE(row_line(row, false, room).starts_with("12.070,"));
}

TEST(Recording, ReadsTimesWithTheirUnit) {
  EXPECT_EQ(duration_ns("200ms"), 200'000'000);
  EXPECT_EQ(duration_ns("1.5s"), 1'500'000'000);
  EXPECT_EQ(duration_ns("0.25s"), 250'000'000);
  EXPECT_EQ(duration_ns("10m"), 600'000'000'000);
  EXPECT_EQ(duration_ns("2h"), 7'200'000'000'000);
  for (const char* const wrong : {"", "5", "s", "0s", "-1s", "1 s", "1d", ".5s", "1e3s",
                                  "99999999999999999999s", "10001h", "1s1", "ms"}) {
    EXPECT_FALSE(duration_ns(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace aerostat::recording
