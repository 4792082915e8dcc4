#include "vmm/qemu/qmp_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <variant>
#include <vector>

namespace aerostat {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(QmpLines, CutsWhereverTheStreamWasCut) {
  QmpLines lines;
  EXPECT_THAT(*lines.feed("{\"a\""), ElementsAre());
  EXPECT_THAT(*lines.feed(":1}\r\n\r\n{}\n{"), ElementsAre("{\"a\":1}", "{}"));
  EXPECT_THAT(*lines.feed("}\n"), ElementsAre("{}"));
}

TEST(QmpLines, RefusesALineWithoutEnd) {
  QmpLines lines(8);
  EXPECT_TRUE(lines.feed("12345678"));
  const auto over = lines.feed("9");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().message, "a line longer than 8 bytes");
}

RC_GTEST_PROP(QmpLinesProperty, FindsTheSameLinesHoweverTheyArrive, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b', '\n'));
  const auto piece = *rc::gen::inRange<std::size_t>(1, 5);
  QmpLines once, often;
  const auto expected = *once.feed(text);
  std::vector<std::string> found;
  for (std::size_t i = 0; i < text.size(); i += piece) {
    const auto lines = *often.feed(std::string_view(text).substr(i, piece));
    found.insert(found.end(), lines.begin(), lines.end());
  }
  RC_ASSERT(found == expected);
}

TEST(ParseQmp, KnowsGreetingAnswerErrorAndEvent) {
  const auto greeting = parse_qmp(R"({"QMP":{"version":{"qemu":{"micro":22,"minor":2,"major":7},
    "package":"x"},"capabilities":["oob"]}})");
  ASSERT_TRUE(greeting);
  EXPECT_EQ(std::get<QmpGreeting>(*greeting).version, "7.2.22");

  const auto answer = parse_qmp(R"({"return":{"actual":402653184},"id":7})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(std::get<QmpReply>(*answer).id, 7u);
  EXPECT_EQ(bytes_in(*std::get<QmpReply>(*answer).result, "actual"), Bytes::mib(384));

  const auto error = parse_qmp(R"({"id":8,"error":{"class":"CommandNotFound","desc":"no \u0007such"}})");
  ASSERT_TRUE(error);
  const auto& failed = std::get<QmpReply>(*error).result;
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().kind, Error::Kind::NotFound);
  EXPECT_EQ(failed.error().message, "no ?such");

  const auto event = parse_qmp(R"({"event":"STOP","timestamp":{"seconds":1,"microseconds":2}})");
  ASSERT_TRUE(event);
  EXPECT_EQ(std::get<QmpEvent>(*event).name, "STOP");
  EXPECT_TRUE(std::get<QmpEvent>(*event).data.is_object());
}

TEST(ParseQmp, RefusesWhatIsNotQmpAndQuotesItCleaned) {
  for (const char* bad : {"", "nonsense", "[]", "42", "{}", R"({"return":{}})", R"({"return":{},"id":"x"})",
                          R"({"id":-1,"return":1})"}) {
    EXPECT_FALSE(parse_qmp(bad)) << bad;
  }
  EXPECT_EQ(parse_qmp("\x1b[2J evil").error().message, "not JSON: '?[2J evil'");
}

TEST(ParseQmp, RefusesDepthBeforeItIsParsed) {
  EXPECT_THAT(parse_qmp(std::string(100'000, '[')).error().message, HasSubstr("too deeply nested"));
  EXPECT_TRUE(parse_qmp(
      R"({"return":"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"[","id":1})"));
}

RC_GTEST_PROP(ParseQmpProperty, NeverThrowsWhateverArrives, (const std::string& line)) {
  static_cast<void>(parse_qmp(line));
  static_cast<void>(parse_qmp("{\"QMP\":" + line + "}"));
  static_cast<void>(parse_qmp("{\"id\":1,\"error\":" + line + "}"));
}

TEST(QmpCommand, IsOneLine) {
  EXPECT_EQ(qmp_command("query-balloon", nullptr, 3), "{\"execute\":\"query-balloon\",\"id\":3}\n");
  EXPECT_EQ(qmp_command("balloon", {{"value", 4096}}, 4),
            "{\"arguments\":{\"value\":4096},\"execute\":\"balloon\",\"id\":4}\n");
}

TEST(BytesIn, TreatsStrangeNumbersAsMissing) {
  const auto object =
      nlohmann::json::parse(R"({"ok":4096,"minus":-1,"none":18446744073709551615,"huge":1125899906842625,
    "text":"1","half":0.5})");
  EXPECT_EQ(bytes_in(object, "ok"), Bytes::kib(4));
  for (const char* key : {"minus", "none", "huge", "text", "half", "absent"})
    EXPECT_FALSE(bytes_in(object, key)) << key;
  EXPECT_FALSE(bytes_in(nlohmann::json(7), "ok"));
}

}  // namespace
}  // namespace aerostat
