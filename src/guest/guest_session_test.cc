#include "guest/guest_session.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "guest/talk.h"

namespace aerostat {
namespace {

using namespace aerostat::literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(GuestSession, AsksWhoIsThereAndThenKeepsQuietForAStranger) {
  Talk talk;
  EXPECT_EQ(talk.session.take_output(), "{\"t\":\"who\"}\n");
  EXPECT_EQ(talk.passes(1h), "");
  EXPECT_EQ(talk.state().service, Service::Absent);
}

// Somebody is there: who looks for the fault should not install what runs already.
TEST(GuestSession, TellsWhatItDoesNotUnderstandUntilAHello) {
  Talk talk;
  talk.says("half a line\n");
  EXPECT_EQ(talk.state().unread, "") << "it began before we listened";
  talk.says("{\"t\":\"hello\",\"protocol\":\"2.0\"}\n");
  EXPECT_EQ(talk.state().service, Service::Absent);
  EXPECT_EQ(talk.state().unread, "sent protocol is not [major, minor]");
  talk.greet();
  EXPECT_EQ(talk.state().unread, "");
  talk.says("garbage\n");
  EXPECT_EQ(talk.state().unread, "") << "the service is known";
  talk.session.guest_reset();
  talk.says("what is left of a line\n");
  talk.says("garbage\n");
  EXPECT_NE(talk.state().unread, "");
  talk.session.guest_reset();
  EXPECT_EQ(talk.state().unread, "") << "another system may boot";
  talk.says("garbage\n");
  talk.says("garbage\n");
  talk.session.disconnected("gone");
  EXPECT_EQ(talk.state().unread, "");
}

TEST(GuestSession, WelcomesAHelloAndPings) {
  Talk talk;
  talk.session.take_output();
  EXPECT_EQ(talk.greet(), "{\"t\":\"welcome\",\"protocol\":[1,0],\"keepalive_ms\":1000,\"sample_ms\":100}\n");
  EXPECT_EQ(talk.state().service, Service::Speaking);
  EXPECT_EQ(talk.state().agent_version, "0.1.0");
  EXPECT_TRUE(talk.state().can_compact);
  EXPECT_EQ(talk.passes(10ms), "{\"t\":\"ping\",\"id\":1}\n");
}

TEST(GuestSession, KnowsWhatTheServiceCanDoUntilAnotherSaysHello) {
  Talk talk;
  talk.says(R"({"t":"hello","protocol":[1,0],"os":"windows","name":"Windows 7","service_pack":1,)"
            R"("caps":["compact","hooks","online","overcommit","balloon_in_total"]})"
            "\n");
  const GuestState& all = talk.state();
  EXPECT_EQ(all.system, (GuestSystem{.os = "windows", .name = "Windows 7", .service_pack = 1}));
  EXPECT_TRUE(all.can_compact && all.asks_programs && all.can_online && all.relaxes_overcommit &&
              all.balloon_in_total);
  talk.says("{\"t\":\"hello\",\"protocol\":[1,0]}\n");
  const GuestState& none = talk.state();
  EXPECT_FALSE(none.can_compact || none.asks_programs || none.can_online || none.relaxes_overcommit ||
               none.balloon_in_total);
}

TEST(GuestSession, RefusesAPartThatIsMoreThanItsWhole) {
  const auto refused = [](const std::string& part, int kib) {
    Talk talk;
    talk.greet();
    talk.says(fmt::format("{{\"t\":\"sample\",\"total_kib\":1000,\"swap_total_kib\":1000,\"{}\":{}}}\n", part,
                          kib));
    return talk.state().rejected;
  };
  for (const char* part : {"avail_kib", "free_kib", "active_file_kib", "inactive_file_kib", "apart_kib",
                           "normal_free_kib", "normal_file_kib", "swap_free_kib"}) {
    EXPECT_EQ(refused(part, 1000), 0u) << part;
    EXPECT_EQ(refused(part, 1001), 1u) << part;
  }
}

TEST(GuestSession, ChoosesTheLowerMinorVersion) {
  Talk talk;
  EXPECT_THAT(talk.says("{\"t\":\"hello\",\"protocol\":[1,9]}\n"), HasSubstr("\"protocol\":[1,0]"));
}

TEST(GuestSession, RejectsAMajorVersionItDoesNotKnow) {
  Talk talk;
  EXPECT_THAT(talk.says("{\"t\":\"hello\",\"protocol\":[2,0]}\n"), HasSubstr("\"t\":\"reject\""));
  EXPECT_EQ(talk.state().service, Service::Unsupported);
  EXPECT_EQ(talk.state().note, "protocol 2 is not supported; this host speaks 1");
  talk.sample(512, 100);
  EXPECT_FALSE(talk.state().sample);
}

TEST(GuestSession, AsksAgainWhenAnAgentSpeaksThatTalkedToSomebodyBeforeUs) {
  Talk talk;
  talk.session.take_output();
  talk.clock.advance(5s);
  EXPECT_EQ(talk.sample(512, 100), "{\"t\":\"who\"}\n");
  EXPECT_EQ(talk.sample(512, 100), "");
  EXPECT_FALSE(talk.state().sample);
}

TEST(GuestSession, OverlooksTheEndOfALineThatBeganBeforeItConnected) {
  Talk talk;
  talk.says("avail_kib\":12}\n");
  EXPECT_EQ(talk.state().rejected, 0u);
}

TEST(GuestSession, KeepsTheLastSample) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100, ",\"why\":\"low\"");
  ASSERT_TRUE(talk.state().sample);
  EXPECT_EQ(talk.state().sample->available, 100_MiB);
  EXPECT_EQ(talk.state().cause, SampleCause::Low);
  EXPECT_EQ(talk.state().received_at, talk.clock.now());
  EXPECT_FALSE(talk.state().sample->free);
}

TEST(GuestSession, PutsGuestTimesOnItsOwnClock) {
  Talk talk;
  talk.greet();
  talk.passes(0s);
  talk.says("{\"t\":\"pong\",\"id\":1,\"ns\":5000000000}\n");  // the guest's 5 s are our now
  const TimePoint then = talk.clock.now();
  talk.clock.advance(200ms);
  talk.sample(512, 100, ",\"ns\":5150000000,\"low_since_ns\":5100000000");
  EXPECT_EQ(talk.state().sampled_at, then + 150ms);
  EXPECT_EQ(talk.state().low_since, then + 100ms);
  talk.sample(512, 100, ",\"ns\":5150000000,\"low_since_ns\":9100000000");  // after the sample itself: no
  EXPECT_EQ(talk.state().low_since, talk.state().sampled_at);
  talk.sample(512, 200, ",\"ns\":5150000000");
  EXPECT_FALSE(talk.state().low_since);
}

TEST(GuestSession, IgnoresAPongItDidNotAskFor) {
  Talk talk;
  talk.greet();
  talk.says("{\"t\":\"pong\",\"id\":99,\"ns\":5000000000}\n");
  talk.sample(512, 100, ",\"ns\":5000000000");
  EXPECT_EQ(talk.state().sampled_at, talk.clock.now());
  talk.clock.advance(1s);
  talk.sample(512, 100, ",\"ns\":5000000000");
  EXPECT_EQ(talk.state().sampled_at, talk.clock.now());
}

TEST(GuestSession, FallsSilentAfterThreeKeepalivesAndIsHeardAgain) {
  Talk talk;
  talk.greet();
  talk.passes(2900ms);
  EXPECT_EQ(talk.state().service, Service::Speaking);
  talk.passes(200ms);
  EXPECT_EQ(talk.state().service, Service::Silent);
  EXPECT_EQ(talk.state().note, "reported nothing for 3 s");
  EXPECT_EQ(talk.passes(9s), "");
  EXPECT_EQ(talk.passes(2s), "{\"t\":\"who\"}\n");
  talk.sample(512, 100);
  EXPECT_EQ(talk.state().service, Service::Speaking);
  EXPECT_TRUE(talk.state().sample);
}

// A part of it hangs: nobody knows what the guest needs.
TEST(GuestSession, FallsSilentThoughItAnswersAndDoesNotReport) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100);
  for (int i = 1; i <= 40; ++i) {
    talk.passes(100ms);
    talk.says(fmt::format("{{\"t\":\"pong\",\"id\":{},\"ns\":{}}}\n", i / 10 + 1, i));
  }
  EXPECT_EQ(talk.state().service, Service::Silent);
  talk.sample(512, 100);
  EXPECT_EQ(talk.state().service, Service::Speaking);
}

// A greeting lives longer than the numbers that came before it.
TEST(GuestSession, FallsSilentThoughItGreetsAndDoesNotReport) {
  for (const bool reboots : {false, true}) {
    Talk talk;
    talk.greet();
    talk.sample(512, 100);
    for (int i = 0; i < 40; ++i) {
      talk.passes(1s);
      const std::string boot = reboots ? fmt::format("boot-{}", i) : "a";
      talk.says(R"({"t":"hello","protocol":[1,0],"boot_id":")" + boot + "\"}\n");
    }
    EXPECT_EQ(talk.state().service, Service::Silent) << (reboots ? "each time another boot" : "one boot");
    talk.sample(512, 100);
    EXPECT_EQ(talk.state().service, Service::Speaking);
  }
}

TEST(GuestSession, FallsSilentWhenWhatItReportsCannotBe) {
  Talk talk;
  talk.greet();
  for (int i = 0; i < 4; ++i) {
    talk.passes(1s);
    talk.sample(0, 0);
  }
  EXPECT_EQ(talk.state().service, Service::Silent);
  EXPECT_FALSE(talk.state().sample) << "zeros are no numbers";
}

TEST(GuestSession, RefusesNumbersThatContradictEachOther) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100);
  talk.sample(512, 513);
  talk.sample(1025, 100);
  talk.sample(512, 100, ",\"free_kib\":600000");
  talk.sample(512, 100, ",\"swap_total_kib\":1,\"swap_free_kib\":2");
  talk.sample(512, 100, ",\"normal_free_kib\":600000");
  EXPECT_EQ(talk.state().rejected, 5u);
  EXPECT_EQ(talk.state().sample->available, 100_MiB);
  talk.session.set_most_visible(2_GiB);
  talk.sample(1025, 101);
  EXPECT_EQ(talk.state().sample->available, 101_MiB);
}

TEST(GuestSession, SendsTheLowMarkOnlyWhenItChangedNotably) {
  Talk talk;
  talk.session.set_low_mark(64_MiB, talk.clock.now());
  EXPECT_THAT(talk.greet(),
              HasSubstr("{\"t\":\"low\",\"avail_kib\":65536}"));  // and at once to whoever comes
  talk.session.set_low_mark(65_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "");
  talk.session.set_low_mark(66_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "{\"t\":\"low\",\"avail_kib\":67584}\n");
  talk.session.set_low_mark(1_GiB, talk.clock.now());
  talk.session.take_output();
  talk.session.set_low_mark(1030_MiB, talk.clock.now());
  EXPECT_THAT(talk.session.take_output(), StartsWith("{\"t\":\"low\""));
}

TEST(GuestSession, TellsARestartedAgentTheLowMarkAgain) {
  Talk talk;
  talk.greet();
  talk.session.set_low_mark(64_MiB, talk.clock.now());
  talk.session.take_output();
  EXPECT_THAT(talk.greet(), HasSubstr("\"avail_kib\":65536"));
}

TEST(GuestSession, ExpectsEachGrowthOnce) {
  Talk talk;
  talk.greet();
  talk.session.expect_growth(768_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "{\"t\":\"expect\",\"total_kib\":786432}\n");
  talk.session.expect_growth(768_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "");
  talk.clock.advance(1s);
  talk.session.expect_growth(768_MiB, talk.clock.now());
  EXPECT_THAT(talk.session.take_output(), HasSubstr("expect"));
  talk.sample(768, 300);
  talk.clock.advance(1s);
  talk.session.take_output();
  talk.session.expect_growth(768_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "");  // it is there
}

TEST(GuestSession, KnowsWhenAShrinkIsPrepared) {
  Talk talk;
  talk.greet();
  talk.session.prepare_shrink(128_MiB, talk.clock.now());
  EXPECT_EQ(talk.session.take_output(), "{\"t\":\"prepare\",\"id\":1,\"amount_kib\":131072}\n");
  talk.says("{\"t\":\"prepared\",\"id\":7}\n");
  EXPECT_FALSE(talk.state().prepared);
  talk.says("{\"t\":\"prepared\",\"id\":1}\n");
  EXPECT_TRUE(talk.state().prepared);
  talk.session.prepare_shrink(128_MiB, talk.clock.now());
  EXPECT_FALSE(talk.state().prepared);
}

TEST(GuestSession, AsksAgainForAShrinkThatIsLargerOrWasNotAnsweredForTwoSeconds) {
  Talk talk;
  talk.greet();
  const auto asks = [&talk](Bytes amount) {
    talk.session.take_output();
    talk.session.prepare_shrink(amount, talk.clock.now());
    return talk.session.take_output();
  };
  EXPECT_THAT(asks(128_MiB), HasSubstr("prepare"));
  talk.clock.advance(1900ms);
  EXPECT_EQ(asks(128_MiB), "");
  EXPECT_THAT(asks(256_MiB), HasSubstr("262144"));
  talk.clock.advance(2s);
  EXPECT_THAT(asks(256_MiB), HasSubstr("prepare"));
}

TEST(GuestSession, HearsAProgramThatRefusesAShrink) {
  Talk talk;
  talk.says("{\"t\":\"hello\",\"protocol\":[1,0],\"caps\":[\"hooks\"]}\n");
  EXPECT_TRUE(talk.state().asks_programs);
  talk.session.prepare_shrink(128_MiB, talk.clock.now());
  EXPECT_THAT(talk.session.take_output(), HasSubstr("prepare"));
  talk.says("{\"t\":\"prepared\",\"id\":1,\"refuses\":\"db: a \\u001b[2Jcheckpoint\"}\n");
  EXPECT_TRUE(talk.state().prepared);
  EXPECT_THAT(talk.state().refusal, HasSubstr("checkpoint"));
  EXPECT_THAT(talk.state().refusal, Not(HasSubstr("\x1b"))) << "hostile text";
  talk.session.prepare_shrink(128_MiB, talk.clock.now());
  EXPECT_EQ(talk.state().refusal, "") << "of an earlier shrink";
}

TEST(GuestSession, AsksNothingOfAServiceThatCannotDoIt) {
  Talk talk;
  talk.says("{\"t\":\"hello\",\"protocol\":[1,0]}\n");
  talk.session.prepare_shrink(128_MiB, talk.clock.now());
  EXPECT_THAT(talk.session.take_output(), Not(HasSubstr("prepare")));
}

TEST(GuestSession, ForgetsTheNumbersOfAnEarlierBoot) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100);
  talk.greet();
  EXPECT_TRUE(talk.state().sample);
  talk.says("{\"t\":\"hello\",\"protocol\":[1,0],\"boot_id\":\"b\"}\n");
  EXPECT_FALSE(talk.state().sample);
}

TEST(GuestSession, BeginsAnewWhenItsGuestWasReset) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100);
  talk.session.guest_reset();
  EXPECT_EQ(talk.state().service, Service::Absent);
  EXPECT_FALSE(talk.state().sample);
  talk.passes(1min);
  EXPECT_EQ(talk.state().service, Service::Absent) << "it boots: that is no silence";
  talk.greet();
  EXPECT_EQ(talk.state().service, Service::Speaking);
  talk.sample(512, 90);
  EXPECT_EQ(talk.state().sample->available, 90_MiB);
}

TEST(GuestSession, DoesNotKnowWhatSystemBootsAfterAReset) {
  Talk talk;
  talk.says(R"({"t":"hello","protocol":[1,0],"agent":"1.0","boot_id":"b","os":"windows","name":"Windows XP"})"
            "\n");
  ASSERT_EQ(talk.state().system.name, "Windows XP");
  talk.session.guest_reset();
  EXPECT_EQ(talk.state().system, GuestSystem{});
  EXPECT_EQ(talk.state().os, "");
  EXPECT_EQ(talk.state().agent_version, "");
}

TEST(GuestSession, TakesNothingOfAnEarlierBootForAWordOfTheNew) {
  Talk talk;
  talk.greet();
  talk.says(R"({"t":"sample","total_ki)");
  talk.session.guest_reset();
  talk.says("b\":524288}\n");
  talk.sample(512, 100);
  EXPECT_FALSE(talk.state().sample) << "nobody has said hello since";
  EXPECT_EQ(talk.state().rejected, 0u);
}

TEST(GuestSession, KeepsTheLastComplaint) {
  Talk talk;
  talk.greet();
  talk.says("{\"t\":\"notice\",\"what\":\"online\",\"text\":\"memory37: Invalid argument\"}\n");
  EXPECT_EQ(talk.state().complaint, "online: memory37: Invalid argument");
}

RC_GTEST_PROP(GuestSessionProperty, AnyBytesLeaveABoundedStateAndFewWords,
              (const std::vector<std::string>& chunks)) {
  Talk talk;
  talk.greet();
  for (const std::string& chunk : chunks) {
    talk.says(chunk);
    talk.clock.advance(1ms);
  }
  const GuestState& state = talk.state();
  RC_ASSERT(state.note.size() + state.complaint.size() + state.os.size() < 2000u);
}

}  // namespace
}  // namespace aerostat
