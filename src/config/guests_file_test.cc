#include "config/guests_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aerostat {
namespace {

using ::testing::HasSubstr;

TEST(GuestsFile, ThatIsCompiledInIsWithoutMistake) {
  const auto guests = compiled_in_guests();
  ASSERT_TRUE(guests) << guests.error().message;
  EXPECT_GT(guests->rows().size(), 40u);
}

TEST(GuestsFile, ReportsAllMistakesWithTheirPlaces) {
  const auto guests = read_guests(R"(
[install]
deb = "apt"
odd = 1
[[guest]]
id = "a"
balloon = "maybe"
install = "rpm"
kernel_from = "new"
maximum = "4"
colour = "red"
run_on_real = true
names = [1]
[[guest]]
id = "a"
)",
                                  "g.toml");
  ASSERT_FALSE(guests);
  for (const char* mistake :
       {"g.toml:4:7: install.odd", "g.toml:7:11: balloon 'maybe' is none of yes, no, unknown",
        "g.toml:8:11: there is no install 'rpm'", "g.toml:9:15: kernel_from 'new' is no version",
        "g.toml:10:11: maximum", "g.toml:11:1: [[guest]] has no key 'colour'", "run_on_real is true",
        "names has", "needs an id of its own"})
    EXPECT_THAT(guests.error().message, HasSubstr(mistake));
  EXPECT_FALSE(read_guests("guest = 1", "g.toml"));
  EXPECT_FALSE(read_guests("[[guest]", "g.toml"));
}

}  // namespace
}  // namespace aerostat
