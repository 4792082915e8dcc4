#include <gtest/gtest.h>

#include "sim/scenario/scenario.h"

namespace aerostat::sim {
namespace {

using namespace literals;

constexpr const char* kSmall =
    "name n\nhost 8G reserve 512M\nvm db min 1G max 4G starts 2G behaves slow 20M/s\n";

std::string refused(const std::string& rest) {
  const auto parsed = parse_scenario(kSmall + rest, "f");
  return parsed ? "accepted" : parsed.error().message;
}

TEST(ScenarioText, IsReadLineByLine) {
  const auto s = parse_scenario(std::string(kSmall) +
                                    "vm late later starts 1G  # comes later\n"
                                    "at 5s   db needs 3G cache 1G over 2s\n"
                                    "at 6s   reserve 1G for late\n"
                                    "at 7s   start late\n"
                                    "expect  always free >= 0M\n"
                                    "expect  by 9s db marked Not responding\n"
                                    "without ledger fails\n",
                                "f");
  ASSERT_TRUE(s) << s.error().message;
  EXPECT_EQ(s->reserve, 512_MiB);
  EXPECT_EQ(s->vms[0].settings.maximum, 4_GiB);
  EXPECT_TRUE(s->vms[1].later);
  EXPECT_EQ(s->steps[0].cache_mib, 1024);
  EXPECT_EQ(s->steps[1].amount, 1_GiB);
  EXPECT_EQ(s->expectations[0].when, Expectation::When::Always);
  EXPECT_EQ(s->expectations[1].status, "Not responding");
  EXPECT_EQ(s->without, std::vector<std::string>{"ledger"});
  EXPECT_EQ(s->runs_s, 19) << "10 s after the last time in it";
}

TEST(ScenarioText, SaysWhereAndWhatIsWrong) {
  EXPECT_EQ(refused("vm db starts 1G\n"), "f:4: there is a VM 'db' already");
  EXPECT_EQ(refused("at 5s web needs 1G\n"), "f:4: there is no VM 'web' above this line");
  EXPECT_EQ(refused("at 5 db needs 1G\n"), "f:4: '5' is not a time; write 5s or 0.5s");
  EXPECT_EQ(refused("at 5s db needs 1G\nat 4s db needs 1G\n"), "f:5: steps stand in the order of time");
  EXPECT_EQ(refused("expect free >> 1G\n"), "f:4: a number is compared by >=, <= or =");
  EXPECT_NE(
      refused("expect db happiness >= 1\n").find("'happiness' is not a measure of a VM; there are assigned"),
      std::string::npos);
  EXPECT_NE(refused("without luck fails\n").find("there is no guard 'luck'"), std::string::npos);
  EXPECT_NE(refused("vm x starts 1G behaves badly\n").find("'badly' is not a behaviour"), std::string::npos);
  EXPECT_EQ(refused("runs 5s\nexpect at 9s free >= 1G\n"), "f:1: it runs 5 s, and speaks of 9 s");
  EXPECT_EQ(refused(""), "f:1: it has no expectation, so it cannot fail");
  EXPECT_EQ(refused("expect free >= 1G extra\n"), "f:4: unexpected text 'extra'");
}

TEST(ScenarioText, TakesNoNumberThatIsNone) {
  EXPECT_EQ(refused("runs nans\n"), "f:4: 'nans' is not a time; write 5s or 0.5s");
  EXPECT_EQ(refused("expect at nans free >= 1G\n"), "f:4: 'nans' is not a time; write 5s or 0.5s");
  for (const char* bad : {"nan", "inf", "-1", "1e999"}) {
    const std::string text = bad;
    EXPECT_NE(refused("vm x starts 1G buffer " + text + "%\n").find("not a percentage"), std::string::npos)
        << bad;
    EXPECT_NE(refused("vm x starts 1G weight " + text + "\n").find("not a count"), std::string::npos) << bad;
    EXPECT_NE(refused("vm x starts " + text + "G\n").find("not a memory size"), std::string::npos) << bad;
    EXPECT_NE(refused("vm x starts 1G behaves silent " + text + "s\n").find("not a behaviour"),
              std::string::npos)
        << bad;
  }
}

}  // namespace
}  // namespace aerostat::sim
