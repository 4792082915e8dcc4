#include "client/render.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace aerostat {
namespace {

Json host() {
  return Json::parse(
      R"({"version":"0.1.0","manager":"running","vms":2,"capacity_bytes":3221225472,"reserve_bytes":536870912,
    "committed_bytes":1610612736,"free_bytes":1073741824,"over_committed_bytes":0,"over_committed_passes":7,"note":""})");
}

Json vms() {
  return Json::parse(R"([
    {"name":"db","mode":"static","status":"static","status_text":"Static","assigned_bytes":1073741824,"visible_bytes":null,"demand_bytes":null,
     "pressure_percent":null,"minimum_bytes":1073741824,"maximum_bytes":1073741824,"weight":5000,"note":""},
    {"name":"web","mode":"dynamic","status":"warning","status_text":"Warning","assigned_bytes":402653184,"visible_bytes":402653184,"demand_bytes":524288000,
     "pressure_percent":130.2,"minimum_bytes":268435456,"maximum_bytes":2147483648,"weight":8000,
     "note":"wants 600 MiB; the host has \u001b[31mno more"}])");
}

TEST(RenderList, IsATableWithTheHostBelow) {
  EXPECT_EQ(render_list(host(), vms(), default_columns(), false),
            "NAME  MODE     STATUS   ASSIGNED  VISIBLE   DEMAND  PRESS%   MINIMUM   MAXIMUM  WEIGHT  NOTE\n"
            "db    static   Static   1.00 GiB        -        -       -  1.00 GiB  1.00 GiB    5000\n"
            "web   dynamic  Warning   384 MiB  384 MiB  500 MiB   130.2   256 MiB  2.00 GiB    8000  wants "
            "600 MiB; the host has "
            "?[31mno more\n"
            "2 VMs; capacity 3.00 GiB: 1.50 GiB committed, 512 MiB kept for the host, 1.00 GiB free.\n");
}

TEST(RenderList, LeavesOutTheLeastImportantWhereItIsNarrow) {
  EXPECT_EQ(render_list(host(), vms(), default_columns(), false, 60),
            "NAME  STATUS   ASSIGNED   DEMAND  PRESS%  NOTE\n"
            "db    Static   1.00 GiB        -       -\n"
            "web   Warning   384 MiB  500 MiB   130.2  wants 600 MiB; th…\n"
            "Not shown for want of room: WEIGHT, MODE, VISIBLE, MINIMUM, MAXIMUM; --wide shows all.\n"
            "2 VMs; capacity 3.00 GiB: 1.50 GiB committed, 512 MiB kept for the host, 1.00 GiB free.\n");
  EXPECT_EQ(render_list(host(), vms(), default_columns(), false, 500),
            render_list(host(), vms(), default_columns(), false));
  EXPECT_TRUE(
      render_list(host(), vms(), default_columns(), false, 1).starts_with("NAME  STATUS   ASSIGNED\n"));
}

TEST(RenderList, SaysWhenNothingIsMoved) {
  Json paused = host();
  paused["manager"] = "paused";
  paused["paused_since"] = "2026-05-04T10:11:12.345Z";
  paused["over_committed_bytes"] = 314572800;
  paused["note"] = "the disk is full";
  EXPECT_EQ(
      render_list(paused, Json::array(), default_columns(), false),
      "No VM is known. A VM appears with its QMP socket; see aerostat qemu-args --help.\n"
      "2 VMs; capacity 3.00 GiB: 1.50 GiB committed, 512 MiB kept for the host, 1.00 GiB free.\n"
      "The manager is paused since 2026-05-04T10:11:12.345Z: nothing is moved until `aerostat resume`.\n"
      "Warning: 300 MiB more are committed than may be; until others have given that, no VM is grown.\n"
      "Warning: the disk is full\n");
}

TEST(RenderList, ShowsTheColumnsAskedFor) {
  EXPECT_EQ(render_list(host(), vms(), *parse_columns("name,pressure,assigned_bytes"), false),
            "NAME  PRESS%  ASSIGNED\n"
            "db         -  1.00 GiB\n"
            "web    130.2   384 MiB\n"
            "2 VMs; capacity 3.00 GiB: 1.50 GiB committed, 512 MiB kept for the host, 1.00 GiB free.\n");
}

TEST(Columns, AreChecked) {
  EXPECT_EQ(*parse_columns("name,buffer,weight"),
            (std::vector<std::string>{"name", "buffer_percent", "weight"}));
  EXPECT_GT(parse_columns("all")->size(), 20u);
  EXPECT_FALSE(parse_columns(""));
  EXPECT_FALSE(parse_columns("name,"));
  EXPECT_EQ(parse_columns("nam\033").error().message.substr(0, 50),
            "there is no column 'nam?'; did you mean 'name'?; t");
}

TEST(Render, SurvivesJsonOfAnyShape) {
  for (const char* text :
       {"null", "1", "[]", "{}", "[1,null,[]]", "\"x\"", R"({"name":[1],"assigned_bytes":"x","weight":-1.5})",
        R"([{"name":{},"repeated":-4,"vms":"a"}])"}) {
    const Json json = Json::parse(text);
    for (const bool colour : {false, true}) {
      EXPECT_NO_THROW(render_list(json, json, default_columns(), colour)) << text;
      EXPECT_NO_THROW(render_vm(json, colour)) << text;
      EXPECT_NO_THROW(render_host(json, colour)) << text;
      EXPECT_NO_THROW(render_decisions(json, colour)) << text;
      EXPECT_NO_THROW(render_event(json, colour)) << text;
      EXPECT_NO_THROW(render_reactions(json, colour)) << text;
      EXPECT_NO_THROW(render_settings(json, colour)) << text;
      EXPECT_NO_THROW(render_paused(json)) << text;
    }
  }
}

TEST(RenderVm, ShowsStatusNoteFieldsAndWhatItsOwnerSet) {
  Json vm = vms()[1];
  vm["settings"] = Json::parse(
      R"({"mode":"dynamic","startup_bytes":null,"minimum_bytes":268435456,"maximum_bytes":null,
          "buffer_percent":30,"weight":null})");
  const std::string text = render_vm(vm, false);
  EXPECT_TRUE(
      text.starts_with("web: Warning, wants 600 MiB; the host has ?[31mno more\n"
                       "  mode                 dynamic   static: memory does not change; dynamic: managed\n"
                       "  startup              -         memory the VM boots with\n"))
      << text;
  EXPECT_NE(text.find("  pressure %           130.2     demand / assigned; 100 is exactly enough\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("  set by owner         mode dynamic, minimum 256 MiB, buffer 30 %\n"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("to do"), std::string::npos) << "nothing";
  vm["guest"] = Json::parse(R"({"remedy":"install service pack 1 in the guest"})");
  EXPECT_NE(render_vm(vm, false).find("  to do                install service pack 1 in the guest"),
            std::string::npos);
}

TEST(RenderDecisions, IsABlockForEach) {
  const Json decisions = Json::parse(R"([
    {"seq":1,"time":"2026-05-04T10:11:12.345Z","vm":"web","rule":"grow","from_bytes":402653184,"to_bytes":536870912,
     "desired_bytes":629145600,"why":"demand 400 MiB is near 384 MiB","assigned_bytes":402653184,"demand_bytes":419430400,
     "wanted_bytes":503316480,"host_free_bytes":134217728,"repeated":1,"result":"reached 512 MiB after 0.4 s"},
    {"seq":2,"time":"2026-05-04T10:11:13.345Z","vm":"web","rule":"hold","from_bytes":536870912,"to_bytes":536870912,
     "desired_bytes":536870912,"why":"enough","assigned_bytes":536870912,"demand_bytes":null,"wanted_bytes":null,
     "host_free_bytes":0,"repeated":12,"result":""}])");
  EXPECT_EQ(
      render_decisions(decisions, false),
      "2026-05-04T10:11:12.345Z  grow  384 MiB -> 512 MiB\n"
      "  why      demand 400 MiB is near 384 MiB\n"
      "  numbers  assigned 384 MiB, demand 400 MiB, wanted 480 MiB, host free 128 MiB, desired 600 MiB\n"
      "  result   reached 512 MiB after 0.4 s\n"
      "\n"
      "2026-05-04T10:11:13.345Z  hold  stays at 512 MiB\n"
      "  why      enough\n"
      "  numbers  assigned 512 MiB, demand -, wanted -, host free 0 B\n"
      "  repeated ×12\n");
  EXPECT_EQ(render_decisions(Json::array(), false), "No decision has been made about this VM yet.\n");
}

TEST(RenderEvent, IsOneLine) {
  const Json event =
      Json::parse(R"({"seq":3,"time":"2026-05-04T10:11:12.345Z","code":"vm.grow","vm":"web","text":"a\nb"})");
  EXPECT_EQ(render_event(event, false), "2026-05-04T10:11:12.345Z  vm.grow           web           a?b\n");
}

TEST(RenderReactions, IsATableInMilliseconds) {
  const Json reactions =
      Json::parse(R"([{"vm":"web","time":"2026-05-04T10:11:12.345Z","detect_ms":12.34,"decide_ms":0.5,
    "actuate_ms":null,"online_ms":88,"total_ms":104.25}])");
  EXPECT_EQ(render_reactions(reactions, false),
            "TIME                      VM   DETECT ms  DECIDE ms  ACTUATE ms  ONLINE ms  TOTAL ms\n"
            "2026-05-04T10:11:12.345Z  web       12.3        0.5           -         88     104.2\n");
}

TEST(RenderSettings, SaysWhatIsInForce) {
  Json vm = Json::parse(R"({"name":"web","mode":"dynamic","startup_bytes":402653184,"minimum_bytes":268435456,
    "maximum_bytes":2147483648,"buffer_percent":20,"weight":5000})");
  const std::string line =
      "web: mode dynamic, startup 384 MiB, minimum 256 MiB, maximum 2.00 GiB, buffer 20 %, weight 5000";
  EXPECT_EQ(render_settings(vm, false), line + "\n");
  EXPECT_EQ(render_settings(vm, true), line + " (dry run: it would be allowed, and nothing was changed)\n");
  vm["warnings"] = {"no VM named 'web' was seen", "its minimum cannot be given"};
  EXPECT_EQ(render_settings(vm, false),
            line + "\nwarning: no VM named 'web' was seen\nwarning: its minimum cannot be given\n");
  vm["warnings"] = Json::array();
  vm["status"] = "off";
  vm["note"] = "not running; its settings wait for it";
  EXPECT_EQ(render_settings(vm, false), line + "\nnote: not running; its settings wait for it\n");
  vm["buffer_percent"] = nullptr;
  EXPECT_NE(render_settings(vm, false).find("buffer learned, weight"), std::string::npos);
}

TEST(RenderSettings, ADryRunSaysWhatWouldBeAskedAtOnce) {
  Json vm =
      Json::parse(R"({"name":"web","mode":"dynamic","assigned_bytes":402653184,"target_bytes":1073741824,
    "wanted_bytes":1073741824})");
  const std::string says =
      "at once it would be asked to have 1.00 GiB; it has 384 MiB, and would want 1.00 GiB\n";
  EXPECT_NE(render_settings(vm, true).find(says), std::string::npos);
  EXPECT_EQ(render_settings(vm, false).find("at once"), std::string::npos) << "it was asked already";
  vm["target_bytes"] = vm["assigned_bytes"];
  EXPECT_EQ(render_settings(vm, true).find("at once"), std::string::npos);
}

}  // namespace
}  // namespace aerostat
