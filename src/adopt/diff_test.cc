#include "adopt/diff.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

TEST(LineDiff, ShowsWhatChangedWithItsSurroundings) {
  EXPECT_EQ(line_diff("a\nb\n", "a\nb\n"), "");
  EXPECT_EQ(line_diff("", "a\n"), "+ a\n");
  EXPECT_EQ(line_diff("a\nb\nc\n4\ne\n", "a\nb\nX\n4\ne\n"), "  a\n  b\n- c\n+ X\n  4\n  e\n");
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n5\n6\n7\n8\n9\n"),
            "  ...\n  3\n  4\n+ x\n  5\n  6\n");
}

TEST(LineDiff, TwoPlacesAreKeptApart) {
  EXPECT_EQ(line_diff("1\n2\n3\n4\n5\n6\n7\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n"),
            "+ 0\n  1\n  2\n  ...\n  6\n  7\n+ 8\n");
}

TEST(LineDiff, LargeTextsAreShownAsReplaced) {
  std::string before, after;
  for (int i = 0; i < 5000; ++i) {
    before += "a" + std::to_string(i) + "\n";
    after += "b" + std::to_string(i) + "\n";
  }
  const std::string diff = line_diff(before, after);
  EXPECT_EQ(diff.substr(0, 5), "- a0\n");
  EXPECT_EQ(diff.substr(diff.size() - 8), "+ b4999\n");
}

}  // namespace
}  // namespace aerostat
