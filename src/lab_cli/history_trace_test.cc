#include "lab_cli/history_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

using Json = nlohmann::ordered_json;

TEST(HistoryTrace, IsWhatEachVmNeeded) {
  const Json table =
      Json::parse(R"({"of":"demand_peak_bytes","columns":["time","web","db"],"rows":[[1000,1048576,null],)"
                  R"([1010,2097152,3145728],[1020,null,3145728]]})");
  const auto trace = trace_of_history(table);
  ASSERT_TRUE(trace) << trace.error().message;
  ASSERT_EQ(trace->vms().size(), 2u);
  EXPECT_EQ(trace->vms()[0].name, "web");
  EXPECT_EQ(trace->vms()[0].peak_mib, 2);
  EXPECT_EQ(trace->vms()[0].last_s, 10);
  EXPECT_EQ(trace->vms()[1].first_s, 10) << "a VM lives from its first known need to its last";
  EXPECT_TRUE(trace->vms()[1].straight);
}

TEST(HistoryTrace, RefusesAHistoryWithoutNeed) {
  for (const char* const text :
       {"null", "{}", R"({"of":"demand_peak_bytes","columns":["time"],"rows":[[1]]})",
        R"({"of":"demand_peak_bytes","columns":["time","web"],"rows":[[1,null],[2,-5]]})"}) {
    const auto trace = trace_of_history(Json::parse(text));
    ASSERT_FALSE(trace) << text;
    EXPECT_THAT(trace.error().message, testing::HasSubstr("no need of any VM"));
  }
}

}  // namespace
}  // namespace aerostat
