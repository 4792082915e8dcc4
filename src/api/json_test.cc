#include "api/json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/sample_json.h"
#include "model/fields.h"

namespace aerostat {
namespace {

using namespace literals;

TEST(Json, WritesMemoryAsBytesAndTheUnknownAsNull) {
  VmReport report;
  report.name = "web";
  report.assigned = 512_MiB;
  report.settings.minimum = 256_MiB;
  const Json json = to_json(report);
  EXPECT_EQ(json["assigned_bytes"], 536870912);
  EXPECT_TRUE(json["demand_bytes"].is_null());
  EXPECT_EQ(json["mode"], "static");
  EXPECT_EQ(json["settings"]["minimum_bytes"], 268435456);
  EXPECT_TRUE(json["settings"]["weight"].is_null());
}

TEST(Json, HasEveryFieldOfTheTableInItsOrder) {
  const Json json = to_json(VmReport{});
  auto member = json.begin();
  for (const auto& field : vm_fields()) {
    EXPECT_EQ(member.key(), field.id);
    ++member;
    if (field.id != "status") continue;
    EXPECT_EQ(member.key(), "status_text");
    ++member;
  }
  EXPECT_EQ(member.key(), "settings");
  EXPECT_EQ(to_json(HostReport{}).size(), host_fields().size());
}

TEST(Json, AGuestIsWhatItSaysAndNullWhereItSaysNothing) {
  VmReport report;
  EXPECT_TRUE(to_json(report)["guest"].is_null());
  report.guest.emplace();
  report.guest->os = "windows";
  report.guest->edition = "Web";
  report.guest->service_pack = 0;
  const Json guest = to_json(report)["guest"];
  EXPECT_EQ(guest["os"], "windows");
  EXPECT_EQ(guest["edition"], "Web");
  EXPECT_EQ(guest["service_pack"], 0);
  EXPECT_TRUE(guest["name"].is_null() && guest["suite"].is_null() && guest["row"].is_null());
  report.guest.reset();
  report.guest_row = "other";
  report.guest_remedy = "tell the project";
  EXPECT_EQ(to_json(report)["guest"]["row"], "other") << "a guest that names no system";
  EXPECT_EQ(to_json(report)["guest"]["remedy"], "tell the project");
  EXPECT_TRUE(to_json(report)["guest"]["os"].is_null());
}

TEST(Json, AStatusIsACodeWithItsTextBesideIt) {
  VmReport report;
  report.status = Status::NoIntegration;
  EXPECT_EQ(to_json(report)["status"], "no-integration");
  EXPECT_EQ(to_json(report)["status_text"], "No integration");
}

TEST(Json, APartOfAReactionThatNobodySawIsNull) {
  Reaction reaction;
  reaction.total_ms = 80;
  EXPECT_TRUE(to_json(reaction)["online_ms"].is_null());
  EXPECT_EQ(to_json(reaction)["total_ms"], 80);
}

// What the API writes it takes back.
TEST(Json, SettingsAreReadAsTheyAreWritten) {
  VmReport report;
  report.settings = {Mode::Dynamic, 384_MiB, Bytes::of(268435457), 2_GiB, 30, 9};
  const auto change = parse_change(to_json(report)["settings"].dump());
  ASSERT_TRUE(change) << change.error().message;
  EXPECT_EQ(*change, SettingsChange{report.settings});
}

TEST(Json, ASampleHasAllThatTheGuestSaidAndNullForTheRest) {
  VmReport report;
  report.name = "web";
  report.assigned = 512_MiB;
  report.sample.total = 500_MiB;
  report.sample.refault_file = 7;
  report.sample.normal_free = 40_MiB;
  const Json json = sample_json(report);
  EXPECT_EQ(json["name"], "web");
  EXPECT_EQ(json["assigned_bytes"], 536870912);
  EXPECT_EQ(json["total_bytes"], 524288000);
  EXPECT_EQ(json["refault_file_pages"], 7);
  EXPECT_EQ(json["normal_free_bytes"], 41943040);
  EXPECT_TRUE(json["sample_age_s"].is_null());
  EXPECT_TRUE(json["swap_free_bytes"].is_null());
}

TEST(Json, SurvivesTextThatIsNotUtf8) {
  VmReport report;
  report.os = "\xff\xfe";
  EXPECT_NE(dump(to_json(report)).find("\"os\":\"\xEF\xBF\xBD\xEF\xBF\xBD\""), std::string::npos);
}

TEST(ParseChange, ReadsSizesAsTextAndAsBytes) {
  const auto change = parse_change(
      R"({"mode":"dynamic","startup_bytes":"384M","minimum_bytes":268435456,"maximum_bytes":"2G",
          "buffer_percent":30,"weight":9})");
  ASSERT_TRUE(change) << change.error().message;
  Settings expected{Mode::Dynamic, 384_MiB, 256_MiB, 2_GiB, 30, 9};
  EXPECT_EQ(*change, SettingsChange{expected});
}

TEST(ParseChange, TakesNullForAsIfNotSet) {
  const auto change = parse_change(R"({"buffer_percent":null,"maximum_bytes":null,"weight":9})");
  ASSERT_TRUE(change) << change.error().message;
  Settings to;
  to.weight = 9;
  EXPECT_EQ(*change, (SettingsChange{to, {Setting::Buffer, Setting::Maximum}}));
}

TEST(ParseChange, RefusesInOneSentenceAndNamesTheField) {
  const auto error = [](std::string_view body) {
    const auto change = parse_change(body);
    return change ? "no error" : change.error().field + "| " + change.error().message;
  };
  EXPECT_EQ(error("{"), "| the body is not JSON; send an object like {\"minimum_bytes\":\"512M\"}");
  EXPECT_EQ(error("[]"), "| the body is not a JSON object; send one like {\"minimum_bytes\":\"512M\"}");
  EXPECT_EQ(error("{}"), "| the body names no setting, so there is nothing to change");
  EXPECT_EQ(error("{\"minimum\":\"1G\"}"),
            "minimum| there is no setting 'minimum'; the settings are mode, startup_bytes, minimum_bytes, "
            "maximum_bytes, buffer_percent, weight");
  EXPECT_EQ(error("{\"mode\":1}"), "mode| mode is not a text; it is \"static\" or \"dynamic\"");
  EXPECT_EQ(error("{\"mode\":\"on\"}"), "mode| 'on' is not a mode; it is static or dynamic");
  EXPECT_EQ(
      error("{\"minimum_bytes\":\"512\"}"),
      "minimum_bytes| minimum_bytes: '512' is not a memory size: the unit is missing; write it like 512M, "
      "2G or 1.5GiB");
  const std::string size =
      "minimum_bytes| minimum_bytes is not a size; write a text with a unit like \"512M\", or whole bytes "
      "from 0 to 1 PiB";
  for (const char* bad :
       {"-1", "1.5", "18446744073709551615", "9223372036854775808", "1125899906842625", "[]"}) {
    EXPECT_EQ(error(std::string("{\"minimum_bytes\":") + bad + "}"), size) << bad;
  }
  EXPECT_NE(error("{\"minimum_bytes\":1e400}"), "no error");
  EXPECT_EQ(error("{\"weight\":1e3}"), "weight| weight must be an integer");
  EXPECT_EQ(error("{\"weight\":4294967297}"), "weight| weight must be an integer");
  EXPECT_NE(error("{\"weight\":" + std::string(60000, '[')), "no error");
  EXPECT_NE(error("{\"weight\":" + std::string(30000, '[') + std::string(30000, ']') + "}"), "no error");
}

TEST(ParseStart, TakesWhatIsNeededAndFillsInTheRest) {
  const Result<StartRequest> start = parse_start(R"({"vm":"web","memory_bytes":"1.5G"})");
  ASSERT_TRUE(start);
  EXPECT_EQ(start->vm, "web");
  EXPECT_EQ(start->memory, 1536_MiB);
  EXPECT_EQ(start->wait, kUsualWait);
  EXPECT_EQ(start->lasts, kUsualLasts);
  EXPECT_FALSE(start->weight);
  const Result<StartRequest> all =
      parse_start(R"({"vm":"web","memory_bytes":1048576,"wait_seconds":0,"lasts_seconds":5,"weight":9})");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->wait.count(), 0);
  EXPECT_EQ(all->lasts->count(), 5);
  EXPECT_EQ(all->weight, 9);
}

TEST(ParseStart, NullIsAsIfLeftOut) {
  const Result<StartRequest> start =
      parse_start(R"({"vm":"web","memory_bytes":"1G","domain":null,"weight":null,"wait_seconds":null})");
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_EQ(start->domain, "");
  EXPECT_FALSE(start->weight);
  EXPECT_EQ(start->wait, kUsualWait);
}

TEST(ParseStart, AUuidIsTheSameInBothCases) {
  const Result<StartRequest> start =
      parse_start(R"({"vm":"web","memory_bytes":"1G","domain":"ABCDEF01-2345-6789-ABCD-EF0123456789"})");
  ASSERT_TRUE(start) << start.error().message;
  EXPECT_EQ(start->domain, "abcdef01-2345-6789-abcd-ef0123456789");
}

TEST(ParseStart, RefusesInOneSentenceAndNamesTheField) {
  const auto field = [](std::string_view text) {
    const Result<StartRequest> start = parse_start(text);
    return start ? "none" : start.error().field;
  };
  EXPECT_EQ(field("[]"), "");
  EXPECT_EQ(field("{"), "");
  EXPECT_EQ(field("{}"), "vm");
  EXPECT_EQ(field(R"({"vm":"web"})"), "memory_bytes");
  EXPECT_EQ(field(R"({"vm":7,"memory_bytes":"1G"})"), "vm");
  EXPECT_EQ(field(R"({"vm":"a/b","memory_bytes":"1G"})"), "vm");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1,5G"})"), "memory_bytes");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":0})"), "memory_bytes");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","wait_seconds":-1})"), "wait_seconds");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","wait_seconds":"1"})"), "wait_seconds");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","lasts_seconds":null})"), "lasts_seconds");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","weight":10001})"), "weight");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","color":1})"), "color");
  EXPECT_EQ(field(R"({"vm":null,"memory_bytes":"1G"})"), "vm");
  EXPECT_EQ(field(R"({"vm":"web","memory_bytes":"1G","domain":"abc"})"), "domain");
}

}  // namespace
}  // namespace aerostat
