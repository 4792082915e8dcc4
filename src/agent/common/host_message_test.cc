#include "agent/common/host_message.h"

#include <gtest/gtest.h>

#include <string>

namespace aerostat::agent {
namespace {

using Kind = HostMessage::Kind;

Kind kind_of(const std::string& line) { return read_host_line(line).kind; }

TEST(HostMessage, ReadsAWelcomeWithItsPeriods) {
  const HostMessage message =
      read_host_line(R"( {"t" : "welcome", "protocol":[1,0],"keepalive_ms":1000,"sample_ms":100} )");
  EXPECT_EQ(message.kind, Kind::Welcome);
  EXPECT_EQ(message.keepalive_ms, 1000);
  EXPECT_EQ(message.sample_ms, 100);
}

TEST(HostMessage, BoundsThePeriodsAHostAsksFor) {
  const HostMessage message =
      read_host_line(R"({"t":"welcome","protocol":[1,0],"keepalive_ms":99999999,"sample_ms":0})");
  EXPECT_EQ(message.keepalive_ms, 60'000);
  EXPECT_EQ(message.sample_ms, 10);
}

TEST(HostMessage, DropsAWelcomeOfAnotherMajorVersion) {
  EXPECT_EQ(kind_of(R"({"t":"welcome","protocol":[2,0]})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"welcome"})"), Kind::Nothing);
}

TEST(HostMessage, DropsWhatLacksANumberOrHasAnImpossibleOne) {
  EXPECT_EQ(kind_of(R"({"t":"low"})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":-1})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":1.5})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":"5"})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":99999999999999999999})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":1099511627776})"), Kind::Low) << "1 PiB";
  EXPECT_EQ(kind_of(R"({"t":"low","avail_kib":1099511627777})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"ping"})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"prepare","id":1})"), Kind::Nothing);
  EXPECT_EQ(kind_of(R"({"t":"prepare","amount_kib":1})"), Kind::Nothing);
}

TEST(HostMessage, IgnoresMembersItDoesNotKnow) {
  EXPECT_EQ(kind_of(R"({"x":{"y":[1,"a\"b",null,true,-1e5]},"t":"who","z":[]})"), Kind::Who);
  std::string many = R"({"t":"who")";
  for (int i = 0; i < 100; ++i) many += ",\"m" + std::to_string(i) + "\":1";
  EXPECT_EQ(kind_of(many + "}"), Kind::Who);
}

TEST(HostMessage, DropsWhatIsNotAnObject) {
  for (const std::string line : {"",
                                 " ",
                                 "x",
                                 "{",
                                 "}",
                                 "{}",
                                 "{}}",
                                 "[]",
                                 "null",
                                 "\"who\"",
                                 "{\"t\":\"who\"",
                                 "{\"t\":\"who\"}x",
                                 "{\"t\"}",
                                 "{\"t\":}",
                                 "{t:1}",
                                 "{\"t\":\"who\",}",
                                 "{\"t\":\"wh\\",
                                 "{\"t\":-}",
                                 "{\"t\":tru}",
                                 "{\"t\":\"a\nb\"}"}) {
    EXPECT_EQ(kind_of(line), Kind::Nothing) << line;
  }
  EXPECT_EQ(kind_of(std::string("{\"t\":\"who\0\"}", 12)), Kind::Nothing);
}

TEST(HostMessage, DropsDeepNesting) {
  EXPECT_EQ(kind_of(R"({"t":"who","a":[[[1]]]})"), Kind::Who);
  EXPECT_EQ(kind_of(R"({"t":"who","a":[[[[1]]]]})"), Kind::Nothing);
  EXPECT_EQ(kind_of("{\"a\":" + std::string(4000, '[')), Kind::Nothing);
}

}  // namespace
}  // namespace aerostat::agent
