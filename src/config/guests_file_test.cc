#include "config/guests_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aerostat {
namespace {

using namespace literals;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(GuestsFile, ThatIsCompiledInIsWithoutMistake) {
  const auto guests = compiled_in_guests();
  ASSERT_TRUE(guests) << guests.error().message;
  EXPECT_GT(guests->rows().size(), 40u);
}

TEST(GuestsFile, ReadsEachMemberOfARow) {
  const auto guests = read_guests(R"(
least_service = "0.1.0"
[install]
deb = "apt"
[defects]
slow = "is slow"
[sources]
page = "a page"
[[guest]]
id = "full"
title = "A guest"
os = "linux"
names = ["N"]
versions = ["12"]
editions = ["E"]
arch = ["x86"]
release_has = ".el9"
kernel_from = "5.8"
kernel_before = "6"
service_pack = 2
general = true
unsupported = "it is old"
balloon = "yes"
dimm = "no"
virtio_mem = "unknown"
hv_balloon = "yes"
least_service = "0.2"
least_startup = "512M"
alignment = "128M"
maximum = "4G"
install = "deb"
defects = ["slow"]
sources = ["page"]
run_on_real = "all of it"
[[guest]]
id = "rest"
title = "Any other"
general = true
balloon = "unknown"
dimm = "unknown"
virtio_mem = "unknown"
hv_balloon = "unknown"
install = "deb"
defects = []
sources = []
run_on_real = false
)",
                                  "g.toml");
  ASSERT_TRUE(guests) << guests.error().message;
  const GuestRow& full = guests->rows()[0];
  EXPECT_EQ(full.title, "A guest");
  EXPECT_EQ(full.os, "linux");
  EXPECT_THAT(full.names, ElementsAre("N"));
  EXPECT_THAT(full.versions, ElementsAre("12"));
  EXPECT_THAT(full.editions, ElementsAre("E"));
  EXPECT_THAT(full.archs, ElementsAre("x86"));
  EXPECT_EQ(full.release_has, ".el9");
  EXPECT_THAT(full.kernel_from, ElementsAre(5, 8));
  EXPECT_THAT(full.kernel_before, ElementsAre(6));
  EXPECT_EQ(full.service_pack, 2);
  EXPECT_TRUE(full.general);
  EXPECT_EQ(full.unsupported, "it is old");
  EXPECT_EQ(full.ability(GuestAbility::Balloon), Can::Yes);
  EXPECT_EQ(full.ability(GuestAbility::Dimm), Can::No);
  EXPECT_EQ(full.ability(GuestAbility::VirtioMem), Can::Unknown);
  EXPECT_EQ(full.ability(GuestAbility::HvBalloon), Can::Yes);
  EXPECT_EQ(full.least_service, "0.2");
  EXPECT_EQ(full.least_startup, 512_MiB);
  EXPECT_EQ(full.alignment, 128_MiB);
  EXPECT_EQ(full.maximum, 4_GiB);
  EXPECT_EQ(full.install, "apt");
  EXPECT_THAT(full.defects, ElementsAre("is slow"));
  EXPECT_THAT(full.sources, ElementsAre("a page"));
  EXPECT_EQ(full.run_on_real, "all of it");
  const GuestRow& rest = guests->rows()[1];
  EXPECT_THAT(rest.can, Each(Can::Unknown)) << "nobody tried";
  EXPECT_EQ(rest.least_service, "0.1.0");
  EXPECT_EQ(rest.run_on_real, "");
  EXPECT_FALSE(rest.maximum || rest.least_startup || rest.service_pack);
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
        "names has", "there is another guest with the id 'a'; each needs its own"})
    EXPECT_THAT(guests.error().message, HasSubstr(mistake));
  EXPECT_FALSE(read_guests("guest = 1", "g.toml"));
  EXPECT_FALSE(read_guests("[[guest]", "g.toml"));
}

const std::string kGood = R"(
least_service = "0.1.0"
[install]
i = "install it"
[[guest]]
id = "first"
title = "First"
os = "linux"
balloon = "yes"
dimm = "no"
virtio_mem = "yes"
hv_balloon = "no"
install = "i"
defects = []
sources = []
run_on_real = false
)";
const std::string kLast = R"([[guest]]
id = "any"
title = "Any"
general = true
balloon = "yes"
dimm = "unknown"
virtio_mem = "unknown"
hv_balloon = "unknown"
install = "i"
defects = []
sources = []
run_on_real = false
)";

std::string without(std::string text, const std::string& part, const std::string& other = "") {
  const std::size_t at = text.find(part);
  EXPECT_NE(at, std::string::npos) << part;
  return text.replace(at, part.size(), other);
}

TEST(GuestsFile, EachRowSaysAllThatDecides) {
  const auto good = read_guests(kGood + kLast, "g.toml");
  ASSERT_TRUE(good) << good.error().message;
  for (const auto& [text, said] : std::vector<std::pair<std::string, std::string>>{
           {without(kGood, "title = \"First\"\n") + kLast, "the guest 'first' needs title"},
           {without(kGood, "dimm = \"no\"\n") + kLast, "the guest 'first' needs dimm"},
           {without(kGood, "install = \"i\"\n") + kLast, "the guest 'first' needs install"},
           {without(kGood, "id = \"first\"\n") + kLast, "the guest '' needs id"},
           {without(kGood, "0.1.0", "soon") + kLast, "g.toml:2:17: least_service 'soon' is no version"},
           {without(kGood, "least_service = \"0.1.0\"") + kLast, "there is no least_service"},
           {kGood + "service_pack = -1\n" + kLast, "needs a service_pack of 1 or more, or none"},
           {kGood + "kernel_from = \"6.1\"\nkernel_before = \"5.8\"\n" + kLast,
            "needs a kernel_before above"},
           {kGood + "least_startup = \"2G\"\nmaximum = \"1G\"\n" + kLast, "needs a maximum of at least"}}) {
    const auto read = read_guests(text, "g.toml");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(said));
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos) << "one mistake, one sentence";
  }
}

// A guest that no row fits would be allowed everything.
TEST(GuestsFile, AnyGuestHasARow) {
  const std::string said = "the last [[guest]] must be for any guest";
  for (const std::string& text : {std::string(), kGood, kGood + without(kLast, "general = true\n")}) {
    const auto read = read_guests(text, "g.toml");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(said));
  }
  const auto shadowed = read_guests(kGood + kLast + without(kLast, "\"any\"", "\"more\""), "g.toml");
  ASSERT_FALSE(shadowed);
  EXPECT_THAT(shadowed.error().message,
              HasSubstr("no guest ever gets this row: 'any' before it fits any guest"));
}

}  // namespace
}  // namespace aerostat
