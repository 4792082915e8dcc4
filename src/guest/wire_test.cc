#include "guest/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "agent/common/host_message.h"
#include "agent/common/messages.h"
#include "guest/line_reader.h"
#include "model/guest_fields.h"

namespace aerostat {
namespace {

using namespace aerostat::literals;
using ::testing::HasSubstr;

template <typename T>
T read(std::string_view line) {
  auto message = wire::parse(line);
  EXPECT_TRUE(message) << (message ? "" : message.error().message);
  if (!message || !std::holds_alternative<T>(*message)) {
    ADD_FAILURE() << "another kind of message: " << line;
    return {};
  }
  return std::get<T>(*message);
}

std::string why_not(std::string_view line) {
  const auto message = wire::parse(line);
  return message ? "accepted" : message.error().message;
}

TEST(Wire, ReadsHello) {
  const auto hello = read<wire::Hello>(
      R"({"t":"hello","protocol":[1,3],"agent":"0.1.0","os":"linux","release":"6.1.0","boot_id":"ab","caps":["compact","fly"]})");
  EXPECT_EQ(hello.version.major, 1);
  EXPECT_EQ(hello.version.minor, 3);
  EXPECT_EQ(hello.system.release, "6.1.0");
  EXPECT_TRUE(hello.can_compact);
  EXPECT_FALSE(hello.can_online);
}

TEST(Wire, ShowsOnlyPrintableTextOfAGuest) {
  const auto hello =
      read<wire::Hello>("{\"t\":\"hello\",\"protocol\":[1,0],\"agent\":\"\\u001b[2J\xc3\xa9\"}");
  EXPECT_EQ(hello.agent, "?[2J??");
  const auto notice =
      read<wire::Notice>(R"({"t":"notice","what":"online","text":")" + std::string(1000, 'x') + "\"}");
  EXPECT_LT(notice.text.size(), 250u);
}

TEST(Wire, LeavesMissingNumbersMissing) {
  const auto sample = read<wire::Sample>(R"({"t":"sample","seq":1,"total_kib":1024})");
  EXPECT_EQ(sample.numbers.total, 1_MiB);
  EXPECT_FALSE(sample.numbers.available);
  EXPECT_FALSE(sample.numbers.psi_some_us);
  EXPECT_FALSE(sample.at);
  EXPECT_FALSE(sample.low_since);
}

TEST(Wire, PassesOverWhatALaterMinorVersionMayAdd) {
  EXPECT_EQ(read<wire::Sample>(R"({"t":"sample","why":"moon","extra":{"a":[1]}})").cause,
            SampleCause::Keepalive);
  read<wire::Unknown>(R"({"t":"song"})");
}

TEST(Wire, RefusesWhatIsNotAMessage) {
  for (const std::string line : {"", "x",
                                 "\x7f"
                                 "ELF",
                                 "{", "}", "null", "{\"t\":}", "{\"t\":\"who\"", "{\"t\":\"who\"}}"}) {
    EXPECT_NE(why_not(line), "accepted") << line;
  }
  EXPECT_EQ(why_not("[1]"), "JSON that is not an object");
  EXPECT_EQ(why_not("{}"), "t is missing");
  EXPECT_EQ(why_not(R"({"t":7})"), "t is not text");
}

TEST(Wire, RefusesNulBytesAndBrokenUtf8) {
  EXPECT_NE(why_not(std::string_view("{\"t\":\"who\0\"}", 12)), "accepted");
  EXPECT_NE(why_not(std::string_view("\0\0\0\0", 4)), "accepted");
  EXPECT_NE(why_not("{\"t\":\"notice\",\"text\":\"\xe2\x82\"}"), "accepted");
}

TEST(Wire, RefusesDeepNestingBeforeParsingIt) {
  EXPECT_EQ(why_not(R"({"t":"x","a":[[[[1]]]]})"), "JSON nested deeper than 4");
  EXPECT_EQ(why_not(std::string(4000, '[')), "JSON nested deeper than 4");
  read<wire::Unknown>(R"({"t":"x","a":[[[1]]],"b":"[[[[[[ \" [[[["})");
}

TEST(Wire, RefusesALineLongerThanTheProtocolAllows) {
  const std::string line = R"({"t":"x","a":")" + std::string(5000, 'a') + "\"}";
  EXPECT_THAT(why_not(line), HasSubstr("longer than 4096"));
}

TEST(Wire, RefusesNumbersThatAreNoAmounts) {
  for (const std::string value : {"NaN", "Infinity", "1e400", "-1", "1.5", "1e3", "\"12\"", "null", "[1]",
                                  "true", "99999999999999999999999", "1099511627777"}) {
    EXPECT_NE(why_not(R"({"t":"sample","total_kib":)" + value + "}"), "accepted") << value;
  }
  EXPECT_EQ(read<wire::Sample>(R"({"t":"sample","total_kib":1099511627776})").numbers.total,
            1024_GiB .scaled(1024));
}

TEST(Wire, RefusesWrongTypes) {
  EXPECT_THAT(why_not(R"({"t":"hello"})"), HasSubstr("protocol"));
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":"1.0"})"), HasSubstr("protocol"));
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":[1]})"), HasSubstr("protocol"));
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":[1,-1]})"), HasSubstr("protocol"));
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":[1,0],"caps":"online"})"), HasSubstr("caps"));
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":[1,0],"os":{}})"), HasSubstr("os"));
  EXPECT_THAT(why_not(R"({"t":"pong","id":1})"), HasSubstr("ns is missing"));
  EXPECT_THAT(why_not(R"({"t":"prepared"})"), HasSubstr("id is missing"));
}

RC_GTEST_PROP(WireProperty, SurvivesAnyBytes, (const std::string& bytes)) {
  wire::parse(bytes);
  wire::parse("{\"t\":\"sample\",\"total_kib\":" + bytes + "}");
  RC_ASSERT(agent::read_host_line(bytes).kind == agent::HostMessage::Kind::Nothing);
}

// What the agent writes, the host reads: the two ends of the protocol are written apart, and meet here.
TEST(WireRoundTrip, HelloOfTheAgent) {
  agent::LineWriter writer;
  agent::Identity who;
  who.agent = "0.1.0";
  who.os = "linux";
  who.release = "6.1.0-\"odd\"\\\x01";
  who.boot_id = "b00t";
  who.compacts = who.relaxes_overcommit = true;
  std::string_view line = agent::hello_line(writer, who);
  line.remove_suffix(1);
  const auto hello = read<wire::Hello>(line);
  EXPECT_EQ(hello.version.major, wire::kOurs.major);
  EXPECT_EQ(hello.agent, "0.1.0");
  EXPECT_EQ(hello.system.release, "6.1.0-\"odd\"\\?");
  EXPECT_TRUE(hello.can_compact && hello.relaxes_overcommit && !hello.can_online);
}

TEST(WireRoundTrip, HelloOfAWindowsGuest) {
  agent::LineWriter writer;
  agent::Identity who;
  who.agent = "0.1.0";
  who.os = "windows";
  who.release = who.version = "5.2.3790";
  who.name = "Windows Server 2003 R2";
  who.edition = "Enterprise";
  who.service_pack = 2;
  who.arch = "x86";
  who.suite = "enterprise,terminal";
  who.balloon_in_total = true;
  std::string_view line = agent::hello_line(writer, who);
  line.remove_suffix(1);
  const auto hello = read<wire::Hello>(line);
  EXPECT_EQ(hello.system, (GuestSystem{.os = "windows",
                                       .name = "Windows Server 2003 R2",
                                       .version = "5.2.3790",
                                       .edition = "Enterprise",
                                       .service_pack = 2,
                                       .arch = "x86",
                                       .suite = "enterprise,terminal",
                                       .release = "5.2.3790"}));
  EXPECT_TRUE(hello.balloon_in_total && !hello.can_online);
  who.compacts = who.hooks = who.onlines = who.relaxes_overcommit = true;
  line = agent::hello_line(writer, who);
  line.remove_suffix(1);
  const auto all = read<wire::Hello>(line);
  EXPECT_TRUE(all.can_compact && all.asks_programs && all.can_online && all.relaxes_overcommit &&
              all.balloon_in_total)
      << "the list of all has room";
}

TEST(Wire, BoundsWhatAGuestSaysOfItsSystem) {
  const auto hello = read<wire::Hello>(R"({"t":"hello","protocol":[1,0],"os":"windows","name":")" +
                                       std::string(500, 'n') + R"(","edition":"\u001b]0;x","arch":"x64"})");
  EXPECT_LE(hello.system.name.size(), 64u);
  EXPECT_EQ(hello.system.edition, "?]0;x");
  EXPECT_FALSE(hello.system.service_pack);
  for (const char* pack : {"-1", "100", "\"2\"", "1.5", "[2]"}) {
    EXPECT_THAT(why_not(std::string(R"({"t":"hello","protocol":[1,0],"service_pack":)") + pack + "}"),
                HasSubstr("service_pack"))
        << pack;
  }
  EXPECT_THAT(why_not(R"({"t":"hello","protocol":[1,0],"suite":7})"), HasSubstr("suite"));
  EXPECT_THAT(why_not(R"({"t":"sample","low_memory":4294967296})"), HasSubstr("low_memory"));
}

TEST(WireRoundTrip, FullSampleOfTheAgent) {
  agent::Reading r;
  std::int64_t next = 1;
  agent::Number* const all[] = {
      &r.swap_free_kib,   &r.swap_total_kib,  &r.psi_full_us,   &r.psi_some_us,     &r.pswpin,
      &r.pswpout,         &r.pgmajfault,      &r.refault_file,  &r.refault_anon,    &r.oom_kill,
      &r.normal_free_kib, &r.normal_file_kib, &r.committed_kib, &r.active_file_kib, &r.inactive_file_kib,
      &r.free_kib,        &r.avail_kib,       &r.total_kib,     &r.apart_kib};
  for (agent::Number* number : all) *number = next++;
  r.ns = 77;
  agent::LineWriter writer;
  std::string_view line = agent::sample_line(writer, 9, agent::Cause::Low, r, 55);
  line.remove_suffix(1);
  const auto sample = read<wire::Sample>(line);
  EXPECT_EQ(sample.sequence, 9u);
  EXPECT_EQ(sample.at, wire::GuestTime(77));
  EXPECT_EQ(sample.cause, SampleCause::Low);
  EXPECT_EQ(sample.low_since, wire::GuestTime(55));
  const GuestSample& n = sample.numbers;
  const std::optional<Bytes> levels[] = {n.normal_free, n.normal_file,   n.committed,
                                         n.active_file, n.inactive_file, n.free,
                                         n.available,   n.total,         n.apart};
  for (std::int64_t i = 0; i < 9; ++i) EXPECT_EQ(levels[i], Bytes::kib(11 + i)) << i;
  const std::optional<std::uint64_t> counters[] = {n.psi_full_us,    n.psi_some_us,  n.swap_in_pages,
                                                   n.swap_out_pages, n.major_faults, n.refault_file,
                                                   n.refault_anon,   n.oom_kills};
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_EQ(counters[i], 3 + i) << i;
}

TEST(WireRoundTrip, TheServiceSendsEveryFieldOfTheTable) {
  agent::Reading r;
  for (agent::Number agent::Reading::* number : {&agent::Reading::total_kib,
                                                 &agent::Reading::avail_kib,
                                                 &agent::Reading::free_kib,
                                                 &agent::Reading::active_file_kib,
                                                 &agent::Reading::inactive_file_kib,
                                                 &agent::Reading::swap_total_kib,
                                                 &agent::Reading::swap_free_kib,
                                                 &agent::Reading::committed_kib,
                                                 &agent::Reading::commit_room_kib,
                                                 &agent::Reading::commit_limit_kib,
                                                 &agent::Reading::modified_kib,
                                                 &agent::Reading::low_memory,
                                                 &agent::Reading::hard_read_pages,
                                                 &agent::Reading::normal_free_kib,
                                                 &agent::Reading::normal_file_kib,
                                                 &agent::Reading::apart_kib,
                                                 &agent::Reading::pswpin,
                                                 &agent::Reading::pswpout,
                                                 &agent::Reading::pgmajfault,
                                                 &agent::Reading::refault_file,
                                                 &agent::Reading::refault_anon,
                                                 &agent::Reading::reclaimed_kswapd,
                                                 &agent::Reading::oom_kill,
                                                 &agent::Reading::oom_kill_limit,
                                                 &agent::Reading::psi_some_us,
                                                 &agent::Reading::psi_full_us}) {
    r.*number = 3;
  }
  agent::LineWriter writer;
  std::string_view line = agent::sample_line(writer, 9, agent::Cause::Low, r, 55);
  line.remove_suffix(1);
  const auto sample = read<wire::Sample>(line);
  for (const GuestField& field : guest_fields()) {
    EXPECT_EQ(field.value(sample.numbers).has_value(), !field.wire.empty()) << field.id;
  }
}

TEST(WireRoundTrip, TheLongestSampleFitsALine) {
  agent::Reading r;
  for (agent::Number agent::Reading::* number :
       {&agent::Reading::total_kib, &agent::Reading::avail_kib, &agent::Reading::free_kib,
        &agent::Reading::active_file_kib, &agent::Reading::inactive_file_kib, &agent::Reading::swap_total_kib,
        &agent::Reading::swap_free_kib, &agent::Reading::committed_kib, &agent::Reading::normal_free_kib,
        &agent::Reading::normal_file_kib, &agent::Reading::apart_kib, &agent::Reading::pswpin,
        &agent::Reading::pswpout, &agent::Reading::pgmajfault, &agent::Reading::refault_file,
        &agent::Reading::refault_anon, &agent::Reading::oom_kill, &agent::Reading::psi_some_us,
        &agent::Reading::psi_full_us}) {
    r.*number = std::numeric_limits<std::int64_t>::max();
  }
  agent::LineWriter writer;
  EXPECT_GT(agent::sample_line(writer, INT64_MAX, agent::Cause::Keepalive, r, INT64_MAX).size(), 500u);
}

TEST(WireRoundTrip, SmallMessagesOfTheAgent) {
  agent::LineWriter writer;
  const auto chop = [](std::string_view line) { return line.substr(0, line.size() - 1); };
  const auto pong = read<wire::Pong>(chop(agent::pong_line(writer, 3, 99)));
  EXPECT_EQ(pong.id, 3);
  EXPECT_EQ(pong.at, wire::GuestTime(99));
  EXPECT_EQ(read<wire::Prepared>(chop(agent::prepared_line(writer, 4))).id, 4);
  EXPECT_EQ(read<wire::Prepared>(chop(agent::prepared_line(writer, 4))).refusal, "");
  const auto refused = read<wire::Prepared>(chop(agent::prepared_line(writer, 5, "db: a \"checkpoint\"")));
  EXPECT_EQ(refused.id, 5);
  EXPECT_EQ(refused.refusal, "db: a \"checkpoint\"");
  const auto notice = read<wire::Notice>(chop(agent::notice_line(writer, "online", "memory37: \"no\"")));
  EXPECT_EQ(notice.what, "online");
  EXPECT_EQ(notice.text, "memory37: \"no\"");
}

TEST(WireRoundTrip, MessagesOfTheHost) {
  using Kind = agent::HostMessage::Kind;
  const auto heard = [](const std::string& line) {
    EXPECT_TRUE(line.ends_with('\n') && line.size() <= kLineMost);
    return agent::read_host_line(std::string_view(line).substr(0, line.size() - 1));
  };
  const std::string welcome = wire::welcome({1, 0}, std::chrono::seconds(1), std::chrono::milliseconds(100));
  EXPECT_EQ(heard(welcome).kind, Kind::Welcome);
  EXPECT_EQ(heard(welcome).keepalive_ms, 1000);
  EXPECT_EQ(heard(welcome).sample_ms, 100);
  EXPECT_EQ(heard(wire::reject("no \"way\"\x01")).kind, Kind::Reject);
  EXPECT_EQ(heard(wire::who()).kind, Kind::Who);
  EXPECT_EQ(heard(wire::low(64_MiB)).kib, 65536);
  EXPECT_EQ(heard(wire::expect(1_GiB)).kind, Kind::Expect);
  EXPECT_EQ(heard(wire::expect(1_GiB)).kib, 1048576);
  EXPECT_EQ(heard(wire::prepare(4, 128_MiB)).id, 4);
  EXPECT_EQ(heard(wire::prepare(4, 128_MiB)).kib, 131072);
  EXPECT_EQ(heard(wire::ping(12)).id, 12);
}

}  // namespace
}  // namespace aerostat
