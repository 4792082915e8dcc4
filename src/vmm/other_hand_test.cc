#include "vmm/other_hand.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

class OtherHandTest : public ::testing::Test {
 protected:
  // A reading each 100 ms while 384 MiB are ordered. True: another hand was noticed at one of them.
  bool noticed(std::initializer_list<int> mib) {
    bool out = false;
    for (const int each : mib) {
      clock_.advance(100ms);
      out = hand_.sets(384_MiB, Bytes::mib(each), clock_.now()) || out;
    }
    return out;
  }
  FakeClock clock_;
  OtherHand hand_;
};

TEST_F(OtherHandTest, IsNoticedByABalloonThatLeavesOurOrder) {
  EXPECT_FALSE(noticed({384, 384, 384}));
  EXPECT_TRUE(noticed({300, 300, 300}));
}

TEST_F(OtherHandTest, IsNoticedByABalloonThatGivesBackWhatWeAskedFor) {
  EXPECT_FALSE(noticed({384, 384}));
  EXPECT_TRUE(noticed({512, 512, 512}));
}

TEST_F(OtherHandTest, IsNoticedWhereOurOrderIsUnderWay) {
  EXPECT_FALSE(noticed({512, 480, 450}));
  EXPECT_TRUE(noticed({470, 490, 512, 512}));
}

TEST_F(OtherHandTest, IsNoticedBeyondOurOrder) {
  EXPECT_FALSE(noticed({512, 420, 390}));
  EXPECT_TRUE(noticed({350, 330, 310}));
}

TEST_F(OtherHandTest, IsNotABalloonThatObeysSlowlyOrNotAtAll) {
  EXPECT_FALSE(noticed({512, 511, 509, 500, 450, 400, 384, 384, 384}));
  hand_.forget();
  EXPECT_FALSE(noticed({1024, 1024, 1024, 1024, 1024, 1024}));
}

TEST_F(OtherHandTest, IsNotTheRestOfAnEarlierOrder) {
  EXPECT_FALSE(noticed({500, 510, 512, 510, 480, 420, 384}));
}

TEST_F(OtherHandTest, IsNotADriverThatStartsAnew) {
  EXPECT_FALSE(noticed({384, 1024, 1000, 900, 700, 500, 384, 384}));
}

TEST_F(OtherHandTest, IsForgottenWithAnOrderOfOurs) {
  EXPECT_FALSE(noticed({384, 384}));
  hand_.forget();
  EXPECT_FALSE(noticed({512, 512, 512, 512}));
}

}  // namespace
}  // namespace aerostat
