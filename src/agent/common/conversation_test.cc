#include "agent/common/conversation.h"

#include <gtest/gtest.h>

#include "agent/common/test_units.h"

namespace aerostat::agent {
namespace {

using Kind = HostMessage::Kind;

HostMessage message(Kind kind) {
  HostMessage made;
  made.kind = kind;
  return made;
}

TEST(Conversation, SaysHelloEachSecondUntilWelcomed) {
  Conversation talk;
  EXPECT_FALSE(talk.hello_due(0));
  talk.opened(10 * kSecond);
  EXPECT_TRUE(talk.hello_due(10 * kSecond));
  talk.said_hello(10 * kSecond);
  EXPECT_FALSE(talk.hello_due(10 * kSecond + kSecond / 2));
  EXPECT_TRUE(talk.hello_due(11 * kSecond));
  EXPECT_TRUE(talk.heard(message(Kind::Welcome), 11 * kSecond));
  EXPECT_FALSE(talk.hello_due(1000 * kSecond));
}

TEST(Conversation, ActsOnNothingBeforeTheWelcome) {
  Conversation talk;
  EXPECT_FALSE(talk.heard(message(Kind::Welcome), 1));
  talk.opened(0);
  EXPECT_FALSE(talk.heard(message(Kind::Prepare), 1));
  EXPECT_FALSE(talk.welcomed());
}

TEST(Conversation, IsSilentWhileItsPortIsClosed) {
  Conversation talk;
  talk.opened(0);
  talk.heard(message(Kind::Welcome), 1);
  talk.closed();
  EXPECT_FALSE(talk.welcomed()) << "nobody may be sent anything";
  EXPECT_FALSE(talk.heard(message(Kind::Prepare), 2));
  EXPECT_FALSE(talk.hello_due(1000 * kSecond));
}

TEST(Conversation, SaysHelloAgainWhenANewHostAsksWho) {
  Conversation talk;
  talk.opened(0);
  talk.heard(message(Kind::Welcome), 1);
  EXPECT_FALSE(talk.heard(message(Kind::Who), 5));
  EXPECT_TRUE(talk.hello_due(5));
  EXPECT_FALSE(talk.welcomed());
}

TEST(Conversation, AfterARejectItAsksOnceAMinute) {
  Conversation talk;
  talk.opened(0);
  talk.heard(message(Kind::Reject), 0);
  EXPECT_FALSE(talk.hello_due(59 * kSecond));
  EXPECT_TRUE(talk.hello_due(60 * kSecond));
  talk.said_hello(60 * kSecond);
  EXPECT_FALSE(talk.hello_due(119 * kSecond));
  EXPECT_TRUE(talk.heard(message(Kind::Welcome), 120 * kSecond));
}

}  // namespace
}  // namespace aerostat::agent
