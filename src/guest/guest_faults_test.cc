// A service that misbehaves, and how it is trusted again.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "guest/talk.h"

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;
using ::testing::HasSubstr;

TEST(GuestSession, BecomesFaultyAfterTenRefusedLinesWithinTenSeconds) {
  Talk talk;
  talk.greet();
  talk.misbehaves(9);
  EXPECT_EQ(talk.state().service, Service::Speaking);
  talk.misbehaves(1);
  EXPECT_EQ(talk.state().service, Service::Faulty);
  EXPECT_EQ(talk.state().note, "sent a line that is not JSON");
}

TEST(GuestSession, ForgivesRefusedLinesThatAreFarApart) {
  Talk talk;
  talk.greet();
  for (int i = 0; i < 50; ++i) {
    talk.misbehaves(1);
    talk.sample(512, 100);
    talk.passes(1200ms);
  }
  EXPECT_EQ(talk.state().service, Service::Speaking);
}

TEST(GuestSession, BecomesFaultyByOneLineThatIsTooLong) {
  Talk talk;
  talk.greet();
  talk.sample(512, 100);
  talk.says(std::string(1 << 20, 'x'));
  EXPECT_EQ(talk.state().service, Service::Faulty);
  EXPECT_EQ(talk.state().note, "sent a line longer than 4096 bytes");
  EXPECT_EQ(talk.state().rejected, 1u);
  EXPECT_EQ(talk.state().sample->available, 100_MiB);  // what was known stays, and shows its age
  talk.sample(512, 200);
  EXPECT_EQ(talk.state().sample->available, 100_MiB);
}

TEST(GuestSession, BecomesFaultyByAFlood) {
  Talk talk;
  talk.greet();
  for (int i = 0; i < 1000; ++i) {
    talk.sample(512, 100);
    talk.clock.advance(2ms);
  }
  EXPECT_EQ(talk.state().service, Service::Faulty);
  EXPECT_EQ(talk.state().note, "sent more than 200 messages a second");
}

TEST(GuestSession, ToleratesTheBusiestHonestAgent) {
  Talk talk;
  talk.greet();
  for (int i = 0; i < 2000; ++i) {
    talk.sample(512, 100);
    talk.passes(10ms);
  }
  EXPECT_EQ(talk.state().service, Service::Speaking);
}

TEST(GuestSession, HearsAFaultyServiceAgainAfterAHelloAndTenGoodSeconds) {
  Talk talk;
  talk.greet();
  talk.misbehaves(10);
  EXPECT_THAT(talk.passes(11s), HasSubstr("who"));  // its agent may not know
  EXPECT_EQ(talk.state().service, Service::Faulty);
  EXPECT_THAT(talk.greet(), HasSubstr("welcome"));
  talk.passes(9s);
  EXPECT_EQ(talk.state().service, Service::Faulty);
  talk.passes(2s);
  EXPECT_EQ(talk.state().service, Service::Speaking);
}

TEST(GuestSession, StartsTheTenSecondsAgainAtEachNewFault) {
  Talk talk;
  talk.greet();
  talk.misbehaves(10);
  talk.greet();
  talk.passes(9s);
  talk.misbehaves(1);
  talk.passes(9s);
  EXPECT_EQ(talk.state().service, Service::Faulty);
  talk.passes(30s);
  EXPECT_EQ(talk.state().service, Service::Faulty);  // and a hello is needed again
}

TEST(GuestSession, AReconnectDoesNotWashAFaultOff) {
  Talk talk;
  talk.greet();
  talk.misbehaves(10);
  talk.session.disconnected("gone");
  talk.session.connected(talk.clock.now());
  EXPECT_EQ(talk.state().service, Service::Faulty);
  talk.greet();
  EXPECT_EQ(talk.state().service, Service::Faulty);
}

TEST(GuestSession, AResetDoesNotWashAFaultOff) {
  Talk talk;
  talk.greet();
  talk.misbehaves(10);
  talk.session.guest_reset();
  EXPECT_EQ(talk.state().service, Service::Faulty);
}

}  // namespace
}  // namespace aerostat
