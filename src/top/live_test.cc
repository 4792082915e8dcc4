#include "top/live.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat::top {
namespace {

using namespace literals;

Json vms(const std::string& items) { return Json::parse(R"({"items":[)" + items + R"(],"next":null})"); }

TEST(Live, KeepsTheLastMinutesOfEachVm) {
  Live live;
  for (int i = 0; i < 700; ++i) live.take({}, vms(R"({"name":"web","assigned_bytes":1073741824})"));
  EXPECT_EQ(live.history("web").size(), kMostPoints);
  EXPECT_EQ(live.history("web").back().assigned, 1_GiB);
  EXPECT_FALSE(live.history("web").back().demand) << "not known is not zero";
  live.take({}, vms(R"({"name":"db"})"));
  EXPECT_TRUE(live.history("web").empty()) << "it has gone";
  EXPECT_EQ(live.find("web"), nullptr);
}

TEST(Live, TakesAnyJson) {
  Live live;
  live.take(
      Json::parse(R"({"capacity_bytes":"much","manager":7})"),
      vms(R"(7, null, {"name":""}, {"name":"a\u001b[2J","pressure_percent":"x","assigned_bytes":1.5})"));
  ASSERT_EQ(live.vms().size(), 1u);
  EXPECT_EQ(live.vms()[0].name, "a?[2J");
  EXPECT_FALSE(live.vms()[0].assigned);
  EXPECT_FALSE(live.host().capacity);
  live.take({}, Json::parse("[]"));
  EXPECT_TRUE(live.vms().empty());
}

TEST(Live, KeepsWhatItKnewWhileTheDaemonIsAway) {
  Live live;
  EXPECT_TRUE(live.empty());
  live.take({}, vms(R"({"name":"web"})"));
  live.lose("nobody answers");
  EXPECT_EQ(live.why_lost(), "nobody answers");
  EXPECT_EQ(live.vms().size(), 1u);
  live.take({}, vms(""));
  EXPECT_EQ(live.why_lost(), "");
}

}  // namespace
}  // namespace aerostat::top
