#include "api/when.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

namespace aerostat {
namespace {

constexpr std::int64_t kNow = 1'800'000'000;

TEST(When, TakesSpansDatesAndSeconds) {
  EXPECT_EQ(parse_when("10m", kNow).value(), kNow - 600);
  EXPECT_EQ(parse_when("7d", kNow).value(), kNow - 7 * 86400);
  EXPECT_EQ(parse_when("1700000000", kNow).value(), 1'700'000'000);
  EXPECT_EQ(parse_when("2027-01-15T08:00:00Z", kNow).value(), kNow);
  EXPECT_EQ(parse_when("2027-01-15T10:00:00.25+02:00", kNow).value(), kNow);
  EXPECT_EQ(when_text(kNow), "2027-01-15T08:00:00Z");
}

TEST(When, ADateAloneIsTheMidnightOfThisHostsTimeZone) {
  const char* const before = std::getenv("TZ");
  const std::string zone = before ? before : "";
  for (const auto& [name, at] : {std::pair("UTC0", 1'799'971'200), std::pair("EST5", 1'799'989'200),
                                 std::pair("<+02>-2", 1'799'964'000)}) {
    ::setenv("TZ", name, 1);
    EXPECT_EQ(parse_when("2027-01-15", kNow).value(), at) << name;
  }
  before ? ::setenv("TZ", zone.c_str(), 1) : ::unsetenv("TZ");
  ::tzset();
}

TEST(When, RefusesWhatIsNoTime) {
  for (const char* const text : {"", "soon", "-5", "1.5h", "99999999999999999999", "2027-02-30T00:00:00Z",
                                 "2027-01-15T08:00:00", "2027-02-30", "2027-1-15", "2h2h", "99999999d"}) {
    EXPECT_FALSE(parse_when(text, kNow)) << text;
  }
}

}  // namespace
}  // namespace aerostat
