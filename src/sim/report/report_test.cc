// What a replay comes to: the JSON has exactly the promised fields, and the page shows what happened within
// bounds.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/report/plot.h"

namespace aerostat::sim {
namespace {

using Json = nlohmann::ordered_json;

TEST(ReportJson, HasTheFieldsThatArePromisedInTheirOrder) {
  const std::vector<std::string> promised = {"policy",
                                             "waste",
                                             "violation",
                                             "violation_time_share",
                                             "felt_time_share",
                                             "near_empty_time_share",
                                             "worst_vm_violation",
                                             "worst_hour_violation",
                                             "worst_deficit_mib",
                                             "longest_episode_s",
                                             "move_cost",
                                             "s",
                                             "s_oracle",
                                             "competitive_ratio",
                                             "footprint_ratio",
                                             "footprint_gib_min",
                                             "peak_assigned_mib",
                                             "plugged_gib",
                                             "resizes_per_vm_hour",
                                             "reversals_per_vm_hour",
                                             "entitlement_shortfall",
                                             "law_violations",
                                             "texture",
                                             "seed"};
  Figures figures;
  figures.policy = "plain";
  const Json out = Json::parse(figures_json({"a.csv", 1024, Texture::Rough, 7}, {&figures, 1}));
  std::vector<std::string> top, fields;
  for (const auto& [key, value] : out.items()) top.push_back(key);
  EXPECT_EQ(top, (std::vector<std::string>{"trace", "host_memory_mib", "policies"}));
  for (const auto& [key, value] : out["policies"][0].items()) fields.push_back(key);
  EXPECT_EQ(fields, promised);
  EXPECT_EQ(out["policies"][0]["texture"], "rough");
  EXPECT_EQ(out["policies"][0]["seed"], 7);
}

Trace steady(std::size_t vms, double seconds) {
  Trace out;
  for (std::size_t i = 0; i < vms; ++i) {
    const std::string name = "vm" + std::to_string(i);
    EXPECT_TRUE(out.add(name, {0, 1000, 0}, 4096));
    EXPECT_TRUE(out.add(name, {seconds, 1000, 0}, 4096));
  }
  return out;
}

// Without the page's own words.
Json data_of(const std::string& page) {
  const std::string open = "id=\"data\">";
  const auto from = page.find(open) + open.size();
  return Json::parse(page.substr(from, page.find("</script>", from) - from));
}

TEST(Plot, ShortPeaksAndDeficitsSurviveALongTrace) {
  const double day = 86400;
  const Trace trace = steady(1, day);
  PlotRecorder recorder(trace, 1);
  for (double at = 0; at < day; at += 10) {
    const bool peak = at == 43210;
    recorder.frame({at, 0, peak ? 3000.0 : 1000.0, 1200, 1200});
  }
  const PlottedPolicy policy = recorder.finish("x");
  float highest = 0;
  std::size_t marked = 0;
  for (const Merged& m : policy.vms.at(0).series) {
    highest = std::max(highest, m.need_high);
    marked += m.lacks > 0 ? 1 : 0;
  }
  EXPECT_EQ(highest, 3000);
  EXPECT_EQ(marked, 1u);
  EXPECT_LT(policy.together.size(), 1000u);
}

TEST(Plot, AVmsFirstMinuteIsNotMarked) {
  const Trace trace = steady(1, 120);
  PlotRecorder recorder(trace, 1);
  for (double at = 0; at < 120; at += 0.1) recorder.frame({at, 0, 1000, at < 59 ? 500.0 : 1000.0, 1000});
  for (const Merged& m : recorder.finish("x").vms.at(0).series) EXPECT_EQ(m.lacks, 0);
}

TEST(Plot, ManyVmsKeepTheWorstServedAndTheSumOfAll) {
  const Trace trace = steady(40, 200);
  PlotRecorder recorder(trace, 1);
  for (double at = 0; at < 200; at += 0.1) {
    for (std::size_t vm = 0; vm < 40; ++vm) recorder.frame({at, vm, 1000, vm == 37 ? 500.0 : 1000.0, 1000});
  }
  const PlottedPolicy policy = recorder.finish("x");
  EXPECT_EQ(policy.vms.size(), kMostCharts);
  EXPECT_EQ(policy.left_out, 28u);
  EXPECT_EQ(policy.vms.back().name, "vm37");
  EXPECT_EQ(policy.together.at(10).need_high, 40'000);
  EXPECT_EQ(policy.together.at(10).got_low, 39'500);
}

TEST(Plot, ThePageIsBoundedWhateverIsPlotted) {
  const Trace trace = steady(200, 100'000);
  std::vector<PlottedPolicy> policies;
  std::vector<Figures> figures(20);
  for (std::size_t p = 0; p < 20; ++p) {
    PlotRecorder recorder(trace, 20);
    for (double at = 0; at < 100'000; at += 100) {
      for (std::size_t vm = 0; vm < 200; ++vm) recorder.frame({at, vm, 123'456, 123'457, 123'458});
    }
    policies.push_back(recorder.finish("p" + std::to_string(p)));
  }
  EXPECT_LT(plot_page({"t", 1, Texture::Rough, 1}, 100'000, figures, policies).size(), 4'000'000u);
}

TEST(Plot, ThePageStandsAloneAndNamesCannotBreakOutOfIt) {
  Trace trace;
  const std::string evil = "</script><script>alert(1)</script>";
  ASSERT_TRUE(trace.add(evil, {0, 1, 0}, 0));
  ASSERT_TRUE(trace.add(evil, {10, 1, 0}, 0));
  PlotRecorder recorder(trace, 1);
  recorder.frame({0, 0, 1, 1, 1});
  const PlottedPolicy policy = recorder.finish("x");
  Figures figures;
  const std::string page = plot_page({evil, 1024, Texture::Linear, 1}, 10, {&figures, 1}, {&policy, 1});
  EXPECT_EQ(page.find(evil), std::string::npos);
  EXPECT_EQ(data_of(page)["policies"][0]["vms"][0]["vm"], evil);
  for (const char* network : {"src=", "href=", "fetch(", "@import", "url("})
    EXPECT_EQ(page.find(network), std::string::npos) << network;
}

}  // namespace
}  // namespace aerostat::sim
