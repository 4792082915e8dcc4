// Numbers of the command line: what is none, or too large for what keeps it, is refused, never bent.
#include "console/checks.h"

#include <gtest/gtest.h>

#include <string>

namespace aerostat {
namespace {

std::string refused(const CLI::Validator& check, std::string text) { return check(text); }

TEST(Checks, ANumberLiesInItsRangeWithBothEnds) {
  const CLI::Validator share = number_from(0, 0.5);
  for (const char* good : {"0", "0.5", ".25", "1e-3"}) EXPECT_EQ(refused(share, good), "") << good;
  for (const char* bad : {"nan", "NaN", "-nan", "inf", "-inf", "infinity", "-0.1", "0.51", "1e999", "", " 0",
                          "0.1x", "0,1", "half"})
    EXPECT_NE(refused(share, bad), "") << bad;
  EXPECT_EQ(refused(share, "nan"), "'nan' is not a number from 0 to 0.5");
}

TEST(Checks, AWholeNumberDoesNotWrap) {
  const CLI::Validator seed = whole_number();
  for (const char* good : {"0", "1", "18446744073709551615"}) EXPECT_EQ(refused(seed, good), "") << good;
  for (const char* bad :
       {"-1", "18446744073709551616", "99999999999999999999999", "1.5", "1e3", "nan", "", "0x10", "+1"})
    EXPECT_NE(refused(seed, bad), "") << bad;
}

}  // namespace
}  // namespace aerostat
