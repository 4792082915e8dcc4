#include "client/savings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

using namespace literals;

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

Json vm(const std::string& name, std::int64_t holds) {
  return {{"name", name},         {"mode", "static"},        {"committed_bytes", holds},
          {"devices", "balloon"}, {"resident_bytes", holds}, {"peak_demand_bytes", nullptr},
          {"watched_s", nullptr}};
}

Json heard(const std::string& name, std::int64_t holds, std::int64_t peak, double seconds) {
  Json out = vm(name, holds);
  out["peak_demand_bytes"] = peak;
  out["watched_s"] = seconds;
  out["integration"] = "balloon statistics";
  return out;
}

TEST(Savings, AreWhatAVmHoldsAboveItsGreatestNeedAndHeadroom) {
  const auto savings = savings_of(Json::array({heard("web", 8 * kGiB, 2 * kGiB, 7200)}));
  ASSERT_EQ(savings.size(), 1u);
  EXPECT_EQ(savings[0].needs, 2_GiB + (2_GiB).scaled(0.1));
  EXPECT_EQ(savings[0].saves(), 6_GiB - (2_GiB).scaled(0.1));
  EXPECT_EQ(savings[0].evidence, "needed 2.00 GiB at most in 2 h, says its balloon statistics");
}

TEST(Savings, AShortWatchSaysSo) {
  const auto savings = savings_of(Json::array({heard("web", 8 * kGiB, 2 * kGiB, 90)}));
  EXPECT_EQ(savings[0].evidence,
            "needed 2.00 GiB at most in 90 s, says its balloon statistics; watch it longer");
}

TEST(Savings, NeverExceedWhatIsKnown) {
  Json managed = heard("managed", 4 * kGiB, kGiB, 7200);
  managed["mode"] = "dynamic";
  Json untouched = vm("untouched", 4 * kGiB);
  untouched["resident_bytes"] = kGiB;
  const auto savings = savings_of(Json::array(
      {vm("unknown", 4 * kGiB), managed, heard("full", 4 * kGiB, 4 * kGiB, 7200), untouched, 7, nullptr}));
  ASSERT_EQ(savings.size(), 4u);
  EXPECT_EQ(savings[0].vm, "untouched");
  EXPECT_EQ(savings[0].saves(), 3_GiB);
  for (std::size_t i = 1; i < savings.size(); ++i) EXPECT_EQ(savings[i].saves(), 0_GiB) << savings[i].vm;
  EXPECT_FALSE(savings[1].needs) << "nothing is not zero";
}

TEST(Savings, AreToldInOneSentenceAndALineEach) {
  const std::string text =
      render_savings(savings_of(Json::array({heard("web", 8 * kGiB, 2 * kGiB, 7200), vm("mute", 4 * kGiB)})));
  EXPECT_TRUE(text.starts_with(
      "1 VM holds 8.00 GiB and needs 2.20 GiB; of 1 more nothing is known; managing 1 of them "
      "saves up to 5.80 GiB:\n"))
      << text;
  EXPECT_NE(text.find("mute"), std::string::npos);
  EXPECT_EQ(render_savings({}), "No VM runs.\n");
}

}  // namespace
}  // namespace aerostat
