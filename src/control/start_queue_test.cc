// Starts: who is served, when, and that nothing is kept for ever.
#include "control/start_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace aerostat {
namespace {

using namespace literals;
using namespace std::chrono_literals;

constexpr Bytes kPlenty = Bytes::mib(1 << 20);

class StartQueueTest : public testing::Test {
 protected:
  Result<void> ask(const std::string& vm, Bytes memory, int weight = kDefaultWeight,
                   std::chrono::seconds wait = 60s) {
    return queue.ask({.vm = vm, .memory = memory, .wait = wait, .lasts = 300s}, weight, books, now);
  }
  StartState state(const std::string& vm) { return queue.find(vm)->state; }
  void advance(Duration by = 250ms, Bytes spare = kPlenty) {
    now += by;
    queue.advance(books, spare, now);
  }

  Books books{8_GiB, 1_GiB};
  StartQueue queue;
  TimePoint now{};
};

TEST_F(StartQueueTest, AStartIsReadyAtOnceWhereItsMemoryIsFree) {
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  EXPECT_EQ(state("web"), StartState::Ready);
  EXPECT_EQ(books.reserved(), 2_GiB) << "nobody else gets it";
  VmClaim& vm = books.open({"web"});
  books.count(vm, 2_GiB, {}, 2_GiB);
  books.known(vm);
  advance();
  EXPECT_EQ(state("web"), StartState::Started);
  EXPECT_EQ(books.reserved(), 0_MiB);
  advance(StartQueue::kEndedListed + 1s);
  EXPECT_EQ(queue.find("web"), nullptr) << "it is over, and was listed long enough";
}

TEST_F(StartQueueTest, AStartGathersWhatOthersGive) {
  VmClaim& db = books.open({"db"});
  books.count(db, 6_GiB, {}, 1_GiB);
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  EXPECT_EQ(state("web"), StartState::Gathering);
  EXPECT_EQ(queue.find("web")->missing, 1_GiB);
  EXPECT_EQ(books.free(), -1_GiB) << "the policy sees what is missing";
  books.count(db, 5_GiB, {}, 1_GiB);
  advance(250ms, 1_GiB);
  EXPECT_EQ(state("web"), StartState::Gathering) << "the host's kernel has less than the books say";
  advance();
  EXPECT_EQ(state("web"), StartState::Ready);
}

TEST_F(StartQueueTest, WhatRunningVmsKeepIsWaitedForAndThenRefused) {
  VmClaim& fixed = books.open({"static"});
  books.count(fixed, 6_GiB, {}, 6_GiB);
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  EXPECT_EQ(state("web"), StartState::Waiting);
  EXPECT_EQ(queue.find("web")->missing, 1_GiB);
  EXPECT_EQ(books.reserved(), 0_MiB) << "nobody is cut for what does not suffice";
  advance(60s);
  EXPECT_EQ(state("web"), StartState::Refused);
  EXPECT_EQ(queue.find("web")->why, "1.00 GiB of 2.00 GiB were missing after 60 s");
}

TEST_F(StartQueueTest, AWaitingStartBeginsWhenAnotherVmEnds) {
  VmClaim& fixed = books.open({"static"});
  books.count(fixed, 6_GiB, {}, 6_GiB);
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  books.close(fixed);
  advance();
  EXPECT_EQ(state("web"), StartState::Ready);
}

TEST_F(StartQueueTest, WeightDecidesWhoIsFirstAndNobodyOvertakes) {
  VmClaim& fixed = books.open({"static"});
  books.count(fixed, 6_GiB, {}, 6_GiB);
  ASSERT_TRUE(ask("small", 1_GiB, 100));
  ASSERT_TRUE(ask("large", 2_GiB, 5000));
  ASSERT_TRUE(ask("later", 1_GiB, 5000));
  advance();
  for (const char* each : {"small", "large", "later"}) EXPECT_EQ(state(each), StartState::Waiting) << each;
  books.count(fixed, 4_GiB, {}, 4_GiB);
  advance();
  EXPECT_EQ(state("large"), StartState::Ready);
  EXPECT_EQ(state("later"), StartState::Ready);
  EXPECT_EQ(state("small"), StartState::Waiting);
}

TEST_F(StartQueueTest, WhatTheHostNeverHasIsRefusedAtOnce) {
  const Result<void> refused = ask("web", 7169_MiB);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().field, "memory_bytes");
  EXPECT_EQ(queue.find("web"), nullptr);
  EXPECT_TRUE(ask("web", 7_GiB));
}

TEST_F(StartQueueTest, WhoMayNotWaitIsServedNowOrRefused) {
  VmClaim& fixed = books.open({"static"});
  books.count(fixed, 6_GiB, {}, 6_GiB);
  EXPECT_FALSE(ask("web", 2_GiB, kDefaultWeight, 0s));
  EXPECT_EQ(queue.find("web"), nullptr);
  EXPECT_TRUE(ask("web", 1_GiB, kDefaultWeight, 0s));
  EXPECT_EQ(books.reserved(), 1_GiB) << "from this moment";
}

TEST_F(StartQueueTest, NothingIsKeptForAVmThatNeverComes) {
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  advance(299s);
  EXPECT_EQ(state("web"), StartState::Ready);
  advance(2s);
  EXPECT_EQ(state("web"), StartState::Expired);
  EXPECT_EQ(books.reserved(), 0_MiB);
}

TEST_F(StartQueueTest, AVmThatIsSlowToSpeakKeepsItsMemory) {
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  VmClaim& vm = books.open({"web"});
  books.count(vm, 100_MiB, {}, {});
  advance(400s);
  EXPECT_EQ(state("web"), StartState::Ready);
  EXPECT_EQ(books.committed() + books.reserved(), 2_GiB);
}

TEST_F(StartQueueTest, ANewRequestReplacesTheEarlierOne) {
  ASSERT_TRUE(ask("web", 6_GiB));
  advance();
  ASSERT_TRUE(ask("web", 2_GiB));
  advance();
  EXPECT_EQ(queue.all().size(), 1u);
  EXPECT_EQ(books.reserved(), 2_GiB);
  EXPECT_TRUE(queue.release("web", books, now));
  EXPECT_EQ(books.reserved(), 0_MiB);
  EXPECT_FALSE(queue.release("web", books, now)) << "it was released already";
}

TEST_F(StartQueueTest, WhoAsksAgainForTheSameKeepsItsPlaceAndWhatItHas) {
  ASSERT_TRUE(ask("web", 6_GiB));
  advance();
  ASSERT_TRUE(ask("first", 4_GiB));
  ASSERT_TRUE(ask("second", 4_GiB));
  advance(50s);
  ASSERT_TRUE(ask("first", 4_GiB));
  ASSERT_TRUE(ask("web", 6_GiB));
  EXPECT_EQ(state("web"), StartState::Ready) << "what it has is not taken from it";
  EXPECT_EQ(books.reserved(), 6_GiB);
  advance(20s);
  EXPECT_EQ(state("first"), StartState::Waiting) << "its time began anew";
  EXPECT_EQ(state("second"), StartState::Refused);
  queue.release("web", books, now);
  advance();
  EXPECT_EQ(state("first"), StartState::Ready);
}

TEST_F(StartQueueTest, WhatWasPromisedAndSufficesIsKeptHoweverItWasAskedFor) {
  ASSERT_TRUE(ask("web", 2_GiB, kDefaultWeight, 0s));
  advance();
  ASSERT_TRUE(ask("big", 6_GiB));
  advance();
  ASSERT_EQ(state("big"), StartState::Waiting);
  ASSERT_TRUE(ask("web", 2_GiB));
  EXPECT_EQ(state("web"), StartState::Ready);
  ASSERT_TRUE(ask("web", 1_GiB));
  advance();
  EXPECT_EQ(state("web"), StartState::Ready) << "with less than it had";
  EXPECT_EQ(state("big"), StartState::Ready) << "what was given back suffices";
  EXPECT_EQ(books.reserved(), 7_GiB);
}

TEST_F(StartQueueTest, WhatAnEarlierDaemonPromisedCountsWhateverIsFree) {
  VmClaim& fixed = books.open({"static"});
  books.count(fixed, 7_GiB, {}, 7_GiB);
  Start start;
  start.request = {.vm = "web", .memory = 2_GiB, .wait = 60s, .lasts = 300s};
  start.state = StartState::Ready;
  start.until = now + 10s;
  queue.restore(start, books);
  advance();
  EXPECT_EQ(state("web"), StartState::Ready);
  EXPECT_EQ(books.reserved(), 2_GiB);
  advance(10s);
  EXPECT_EQ(books.reserved(), 0_MiB) << "its VM never came";
}

// Whatever is asked for, starts, ends and passes: what was called free is free, and all of it ends.
RC_GTEST_PROP(StartQueueLaws, WhatIsReadyIsFreeAndNothingIsKeptForEver, ()) {
  Books books(8_GiB, 1_GiB);
  StartQueue queue;
  TimePoint now{};
  std::map<std::string, VmClaim*> running;
  const auto step = [&](Duration by) {
    now += by;
    queue.advance(books, kPlenty, now);
    Bytes ready;
    for (const Start& each : queue.all()) {
      if (each.state == StartState::Ready) ready += books.reservation(each.request.vm)->rest();
    }
    RC_ASSERT(books.committed() + ready <= 7_GiB);
  };
  for (int i = 0; i < 60; ++i) {
    const std::string vm(1, static_cast<char>('a' + *rc::gen::inRange(0, 5)));
    const Bytes memory = Bytes::mib(*rc::gen::inRange(1, 4096));
    const int what = *rc::gen::inRange(0, 5);
    if (what == 0) (void)queue.ask({vm, memory, 30s, 30s}, *rc::gen::inRange(0, 3), books, now);
    if (what == 1) (void)queue.ask({vm, memory, 0s, 30s}, 1, books, now);
    if (what == 2) queue.release(vm, books, now);
    const Start* const start = queue.find(vm);
    if (what == 3 && start && start->state == StartState::Ready && !running.contains(vm)) {
      VmClaim& claim = books.open({vm});
      books.count(claim, start->request.memory, {}, start->request.memory);
      books.known(claim);
      running[vm] = &claim;
    }
    if (what == 4 && running.contains(vm)) {
      books.close(*running[vm]);
      running.erase(vm);
    }
    step(Duration(std::chrono::milliseconds(*rc::gen::inRange(0, 5000))));
  }
  step(61s);
  step(61s);
  RC_ASSERT(books.reserved() == Bytes{});
}

}  // namespace
}  // namespace aerostat
