#include "client/history_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Json& web() {
  static const Json kTable = Json::parse(
      R"({"of":"web","since":"x","until":"y","step_s":10,"columns":["time","assigned_bytes","demand_bytes",)"
      R"("pressure_percent"],"rows":[[1800000000,1073741824,536870912,50],[1800000010,null,null,null],)"
      R"([1800000020,2147483648,2147483648,100.5]]})");
  return kTable;
}

TEST(HistoryView, ShowsAChartAndFigures) {
  const std::string text = render_history(web());
  EXPECT_THAT(text, HasSubstr("2.00 GiB |  *\n")) << text;
  EXPECT_THAT(text, HasSubstr("1.00 GiB |a  \n")) << text;
  EXPECT_THAT(text, HasSubstr("assigned  1.00 GiB  1.50 GiB  2.00 GiB  2.00 GiB")) << text;
  EXPECT_THAT(text, HasSubstr("2027-01-15 08:00:00"));
}

TEST(HistoryView, CountsRowsAndSaysTheirSpanInWords) {
  EXPECT_THAT(render_history(web()), HasSubstr("web, 3 rows of 10 s each\n"));
  for (const auto& [seconds, words] : std::vector<std::pair<int, const char*>>{
           {1, "1 s"}, {90, "90 s"}, {300, "5 min"}, {10800, "3 h"}, {604800, "7 d"}, {29980800, "347 d"}}) {
    Json table = web();
    table["step_s"] = seconds;
    table["rows"] = Json::array({table["rows"][0]});
    EXPECT_THAT(render_history(table), HasSubstr(std::string("web, 1 row of ") + words + "\n"));
  }
}

TEST(HistoryView, WritesUnknownAsEmptyInCsv) {
  EXPECT_EQ(history_csv(web()),
            "time,assigned_bytes,demand_bytes,pressure_percent\n1800000000,1073741824,536870912,50\n"
            "1800000010,,,\n1800000020,2147483648,2147483648,100.5\n");
}

TEST(HistoryView, DrawsNoLineOverAHole) {
  const std::string svg = history_svg(web());
  EXPECT_THAT(svg, HasSubstr("Memory of web"));
  EXPECT_THAT(svg, HasSubstr("M90.0 190.0M940.0 40.0"));
}

TEST(HistoryView, EscapesNames) {
  const Json table = Json::parse(R"({"of":"assigned_bytes","columns":["time","<a&b>"],"rows":[[1,5]]})");
  EXPECT_THAT(history_svg(table), HasSubstr("&lt;a&amp;b&gt;"));
  EXPECT_THAT(history_svg(table), Not(HasSubstr("<a&b>")));
}

TEST(HistoryView, BearsAnything) {
  for (const char* const text :
       {"null", "[]", "{}", "7", R"({"columns":7,"rows":[1,[],[null],["a"]]})",
        R"({"of":"web","columns":["time","a_bytes"],"rows":[[1e300],[5,1e300],[6]]})",
        R"({"of":"web","columns":["time","assigned_bytes"],"rows":[[5,-1e300]]})"}) {
    const Json table = Json::parse(text);
    render_history(table);
    history_csv(table);
    history_svg(table);
    render_history_status(table);
  }
}

}  // namespace
}  // namespace aerostat
