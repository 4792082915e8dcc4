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

TEST(Live, BeginsWithWhatTheHistoryKnows) {
  Live live;
  live.recall(Json::parse(R"({"step_s":2,"columns":["time","web","gone"],
                              "rows":[[100,1048576,5],[104,2097152,null]]})"),
              Json::parse(R"({"step_s":1,"columns":["time","web"],"rows":[[104,1048576]]})"), nullptr);
  live.take({}, vms(R"({"name":"web","assigned_bytes":3145728},{"name":"db"})"));
  const auto& points = live.history("web");
  ASSERT_EQ(points.size(), 7u);
  EXPECT_EQ(points[1].assigned, 1_MiB);
  EXPECT_FALSE(points[2].assigned) << "nobody kept it";
  EXPECT_EQ(points[4].assigned, 2_MiB);
  EXPECT_EQ(points[4].demand, 1_MiB);
  EXPECT_FALSE(points[5].demand);
  EXPECT_EQ(points[6].assigned, 3_MiB) << "and now";
  EXPECT_EQ(live.history("db").size(), 1u);
}

TEST(Live, RecallsNoMoreThanItKeepsAndTakesAnyTable) {
  Live live;
  for (const char* table :
       {"null", "7", "{}", R"({"columns":7,"rows":[]})",
        R"({"step_s":1e300,"columns":["time","web",5],"rows":[7,[],["x",1],[-5,1],[5,"x",2]]})",
        R"({"columns":["time","web"],"rows":[[9223372036854775807,1]]})"})
    live.recall(Json::parse(table), nullptr, Json::parse(table));
  live.recall(Json::parse(R"({"step_s":9000,"columns":["time","web"],"rows":[[0,1],[100000,1e300]]})"),
              nullptr, nullptr);
  live.take({}, vms(R"({"name":"web"})"));
  EXPECT_LE(live.history("web").size(), kMostPoints);
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
