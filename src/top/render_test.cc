#include "top/render.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "console/table.h"

namespace aerostat::top {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const Json kHost = Json::parse(R"({"version":"1.0","manager":"running","capacity_bytes":8589934592,
  "reserve_bytes":1073741824,"reserved_bytes":0,"committed_bytes":3221225472,"free_bytes":4294967296})");

Json vm(const std::string& name, const std::string& more) {
  return Json::parse(R"({"name":")" + name + R"(","status":"ok","status_text":"OK",)" + more + "}");
}

class Rendered : public ::testing::Test {
 protected:
  Rendered() {
    Json vms = Json::array();
    vms.push_back(vm("web", R"("assigned_bytes":2147483648,"demand_bytes":1073741824,"pressure_percent":50,
        "minimum_bytes":536870912,"maximum_bytes":4294967296,"note":"all is well","mode":"dynamic")"));
    vms.push_back(vm("db", R"("assigned_bytes":1073741824,"maximum_bytes":null)"));
    list = {{"items", std::move(vms)}};
    live.take(kHost, list);
  }
  std::vector<std::string> screen(std::size_t columns = 80, std::size_t rows = 24) {
    std::vector<std::string> out;
    for (const Line& line : render(live, view, {rows, columns}).lines) out.push_back(line.text());
    return out;
  }
  std::string all(std::size_t columns = 80, std::size_t rows = 24) {
    std::string out;
    for (const std::string& line : screen(columns, rows)) out += line + "\n";
    return out;
  }
  Json list;
  Live live;
  View view;
};

TEST_F(Rendered, ShowsTheHostAndItsVms) {
  const auto lines = screen();
  EXPECT_EQ(lines[0], "Aerostat 1.0  2 VMs");
  EXPECT_EQ(lines[1], "▒▒▒▒▒▒▒▒▒▒██████████▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓········································");
  EXPECT_EQ(lines[2], "capacity 8.00 GiB  committed 3.00 GiB  reserve 1.00 GiB  for starts 0 B  free 4…");
  EXPECT_THAT(lines[3], StartsWith("NAME▼         STATUS           ASSIGNED     DEMAND  PRESS%  MIN..MAX"));
  EXPECT_THAT(lines[4], StartsWith("db            OK               1.00 GiB          -       -"));
  EXPECT_THAT(lines[5],
              StartsWith("web           OK               2.00 GiB   1.00 GiB      50  ├────●─────┤"));
  EXPECT_THAT(lines[23], StartsWith("q quit  ? help  s sort: name"));
}

// Whatever the size, each line fits and there are as many as there is room for.
TEST_F(Rendered, FitsAnyTerminal) {
  for (const bool detail : {false, true}) {
    for (const bool help : {false, true}) {
      view.detail = detail;
      view.help = help;
      for (const std::size_t columns : {1u, 5u, 20u, 60u, 80u, 200u}) {
        for (const std::size_t rows : {1u, 2u, 5u, 10u, 24u, 50u}) {
          const auto lines = screen(columns, rows);
          EXPECT_EQ(lines.size(), rows);
          for (const std::string& line : lines) EXPECT_LE(width_of(line), columns) << line;
        }
      }
    }
  }
  view.edit.emplace(*live.find("web"));
  for (const std::size_t rows : {1u, 5u, 24u}) EXPECT_EQ(screen(60, rows).size(), rows);
}

TEST_F(Rendered, LeavesOutTheLeastImportantWhereItIsNarrow) {
  EXPECT_THAT(all(60), Not(HasSubstr("WANTED")));
  EXPECT_THAT(all(60), HasSubstr("PRESS%"));
  EXPECT_THAT(all(200, 50), HasSubstr("WEIGHT"));
  EXPECT_THAT(all(200, 50), HasSubstr("all is well"));
}

TEST_F(Rendered, SaysThatTheDaemonIsAwayAndKeepsWhatItKnew) {
  live.lose("nobody answers");
  EXPECT_THAT(all(), HasSubstr("disconnected; what it said last:"));
  EXPECT_THAT(all(), HasSubstr("nobody answers"));
  EXPECT_THAT(all(), HasSubstr("web"));
  Live never;
  View fresh;
  EXPECT_THAT(render(never, fresh, {24, 80}).lines[0].text(), HasSubstr("waiting for aerostatd"));
}

TEST_F(Rendered, ShowsChartsOfTheChosenVm) {
  for (int i = 0; i < 60; ++i) live.take(kHost, list);
  view.chosen = "web";
  view.detail = true;
  const std::string text = all();
  EXPECT_THAT(text, HasSubstr("── web ─"));
  EXPECT_THAT(text, HasSubstr("assigned (line), demand (area), up to 4.00 GiB"));
  EXPECT_THAT(text, HasSubstr("⠉⠉⠉"));
  EXPECT_THAT(text, HasSubstr("⣿⣿⣿"));
}

TEST_F(Rendered, TheChosenVmIsAlwaysOnTheScreen) {
  Json vms = Json::array();
  for (int i = 0; i < 100; ++i) vms.push_back(vm("vm" + std::to_string(100 + i), "\"weight\":1"));
  live.take(kHost, {{"items", vms}});
  for (const char* name : {"vm100", "vm150", "vm199"}) {
    view.chosen = name;
    const Picture picture = render(live, view, {24, 80});
    const auto chosen = std::ranges::find_if(picture.lines, [](const Line& line) { return line.chosen(); });
    ASSERT_NE(chosen, picture.lines.end()) << name;
    EXPECT_THAT(chosen->text(), StartsWith(name));
  }
}

TEST_F(Rendered, SettingsShowWhatWasAndWhatIsAsked) {
  view.chosen = "web";
  view.edit.emplace(*live.find("web"));
  view.edit->move(3);
  view.edit->rub_out();
  view.edit->type('M');
  EXPECT_THAT(all(), HasSubstr("> maximum   4M_"));
  EXPECT_THAT(all(), HasSubstr("was 4G"));
  view.edit->said = "it would be allowed";
  view.edit->confirming = true;
  EXPECT_THAT(all(), HasSubstr("it would be allowed"));
  EXPECT_THAT(all(), HasSubstr("Apply? y: yes"));
}

TEST_F(Rendered, NothingThatADaemonSendsReachesTheTerminalUncleaned) {
  live.take(Json::parse(R"({"version":"\u001b[2J","note":"\u001b]0;x\u0007"})"),
            Json::parse(R"({"items":[{"name":"\u001b[31m","note":"\u009b2J","os":"\u001b"}]})"));
  view.detail = true;
  EXPECT_THAT(all(), Not(HasSubstr("\033")));
  live.lose("\033[2J");
  EXPECT_THAT(all(), Not(HasSubstr("\033")));
}

}  // namespace
}  // namespace aerostat::top
