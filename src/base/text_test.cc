#include "base/text.h"

#include <gtest/gtest.h>

namespace aerostat {
namespace {

TEST(Printable, TakesTheTeethOutOfTerminals) {
  EXPECT_EQ(printable("a\x1b[2Jb\n"), "a?[2Jb?");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(printable("abcdef", 3), "abc...");
}

TEST(VmName, IsWhatPeopleCallTheirVmsAndNoPath) {
  for (const char* good : {"web-1.example_A", "Home Assistant", "nas (old)", "100", "ci+cd@host"})
    EXPECT_TRUE(is_vm_name(good)) << good;
  for (const char* bad : {"", "..", "a/b", "-x", ".hidden", " a", "a ", "a\tb", "a\"b", "a,b", "a%b", "ü"})
    EXPECT_FALSE(is_vm_name(bad)) << bad;
  EXPECT_FALSE(is_vm_name(std::string(65, 'a')));
}

TEST(LogWord, IsOneWord) {
  EXPECT_EQ(log_word("web"), "web");
  EXPECT_EQ(log_word("Home Assistant"), "\"Home Assistant\"");
  EXPECT_EQ(log_word(""), "\"\"");
  EXPECT_EQ(log_word("a\nevent=x"), "\"a?event=x\"");
}

TEST(LogText, CannotEndItsFieldOrItsLine) {
  EXPECT_EQ(log_text("well"), "\"well\"");
  EXPECT_EQ(log_text("x\" event=vm.grow vm=\"db"), R"("x\" event=vm.grow vm=\"db")");
  EXPECT_EQ(log_text("ends in \\"), R"("ends in \\")");
  EXPECT_EQ(log_text("a\n2026-01-01T00:00:00 info event=x\x1b[2J"),
            "\"a?2026-01-01T00:00:00 info event=x?[2J\"");
  EXPECT_EQ(log_text("abcdef", 3), "\"abc...\"");
}

TEST(PercentEncoded, IsThereAndBack) {
  EXPECT_EQ(percent_encoded("Home Assistant (1)"), "Home%20Assistant%20%281%29");
  for (const char* text : {"web", "Home Assistant", "a/b%ü"})
    EXPECT_EQ(percent_decoded(percent_encoded(text)), text);
  for (const char* bad : {"%", "%2", "a%zz", "%-1"}) EXPECT_FALSE(percent_decoded(bad)) << bad;
}

TEST(Nearest, ForgivesSlipsOnly) {
  const std::vector<std::string> known = {"minimum", "maximum", "mode", "weight"};
  EXPECT_EQ(nearest("mniimum", known), "minimum");
  EXPECT_EQ(nearest("max", known), "maximum");
  EXPECT_EQ(nearest("mod", known), "mode");
  EXPECT_EQ(nearest("zebra", known), std::nullopt);
}

TEST(Nearest, IsTheNearestWordAndNoFarOne) {
  const std::vector<std::string> words = {"web", "db", "list", "host", "web-backup"};
  EXPECT_EQ(nearest("wbe", words), "web");
  EXPECT_EQ(nearest("lst", words), "list");
  EXPECT_EQ(nearest("web-backpu", words), "web-backup");
  EXPECT_EQ(did_you_mean("hots", words), "; did you mean 'host'?");
  for (const char* none : {"", "x", "db", "mail", "frobnicate"})
    EXPECT_EQ(did_you_mean(none, words), "") << none;
}

}  // namespace
}  // namespace aerostat
