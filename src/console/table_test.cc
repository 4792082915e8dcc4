#include "console/table.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

TEST(Clean, TakesTheTeethOutOfTerminalSequences) {
  EXPECT_EQ(clean("\033[2J\033]0;owned\007ok\r\n\t\x7f"), "?[2J?]0;owned?ok????");
  EXPECT_EQ(clean("\xC2\x9B"
                  "31m"),
            "?31m");  // the one-character CSI
  EXPECT_EQ(clean("a\xE2\x80\xAE"
                  "b\xE2\x80\x8B"
                  "c"),
            "a?b?c");  // right-to-left override, zero width
}

TEST(Clean, KeepsTextOfAllLanguages) { EXPECT_EQ(clean("größer → ×3 日本 🎈"), "größer → ×3 日本 🎈"); }

TEST(Clean, ReplacesWhatIsNotUtf8) {
  EXPECT_EQ(clean("\xff\xC3"), "??");
  EXPECT_EQ(clean("\xC0\xAF"), "??");            // overlong
  EXPECT_EQ(clean("\xED\xA0\x80"), "???");       // half of a surrogate pair
  EXPECT_EQ(clean("\xF4\x90\x80\x80"), "????");  // beyond Unicode
  EXPECT_EQ(clean(std::string_view("\0", 1)), "?");
}

TEST(Width, CountsColumns) {
  EXPECT_EQ(width_of("größer"), 6u);
  EXPECT_EQ(width_of("内存 ok"), 7u);
  EXPECT_EQ(width_of("e\u0301"), 1u) << "a mark stands on its letter";
  EXPECT_EQ(width_of("🎈"), 2u);
  EXPECT_EQ(width_of("\xe5"), 1u);
}

TEST(Shortened, ShowsThatSomethingIsMissing) {
  EXPECT_EQ(shortened("größer", 6), "größer");
  EXPECT_EQ(shortened("größer", 4), "grö…");
  EXPECT_EQ(shortened("größer", 1), "…");
  EXPECT_EQ(shortened("größer", 0), "");
  EXPECT_EQ(shortened("内存内存", 6), "内存…");
  EXPECT_EQ(shortened("内存内存", 5), "内存…");
  EXPECT_EQ(shortened("内存内存", 4), "内…");
  EXPECT_EQ(shortened("内存内存", 8), "内存内存");
}

TEST(Table, AlignsAndLeavesNoSpacesAtTheEnd) {
  const std::vector<Column> columns = {{"NAME", false}, {"SIZE", true}, {"NOTE", false}};
  const std::vector<std::vector<Cell>> rows = {{{"größer"}, {"5"}, {"why"}}, {{"b"}, {"12345"}, {""}}};
  EXPECT_EQ(render_table(columns, rows, false),
            "NAME     SIZE  NOTE\n"
            "größer      5  why\n"
            "b       12345\n");
}

TEST(Table, ColoursDoNotDisturbTheColumns) {
  const std::vector<Column> columns = {{"A", false}, {"B", false}};
  EXPECT_EQ(render_table(columns, {{{"x", Colour::Green}, {"y"}}}, true),
            "\033[2mA\033[0m  \033[2mB\033[0m\n\033[32mx\033[0m  y\n");
}

}  // namespace
}  // namespace aerostat
