#include "vmm/libvirt/call_pool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <string>
#include <vector>

namespace aerostat {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

// Closed doors hold calls up.
class Door {
 public:
  void pass() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

class CallPoolTest : public ::testing::Test {
 protected:
  void until(const std::function<bool()>& holds) {
    const auto end = clock.now() + 10s;
    while (!holds()) {
      ASSERT_LT(clock.now(), end);
      io.restart();
      io.run_one_for(10ms);
    }
  }
  auto note(const std::string& word) {
    return [this, word](bool in_time) { told.push_back(word + (in_time ? "" : " late")); };
  }
  RealClock clock;
  boost::asio::io_context io;
  std::shared_ptr<const LibvirtApi> api = std::make_shared<const LibvirtApi>();
  std::vector<std::string> told;
};

TEST_F(CallPoolTest, CallsOfOneKeyKeepTheirOrder) {
  CallPool pool(io, clock, api);
  for (const char* word : {"1", "2", "3", "4"}) pool.run("web", 5s, [](LibvirtSession&) {}, note(word));
  until([&] { return told.size() == 4; });
  EXPECT_THAT(told, ElementsAre("1", "2", "3", "4"));
}

TEST_F(CallPoolTest, ACallThatHangsHoldsUpItsOwnKeyOnly) {
  const auto door = std::make_shared<Door>();
  CallPool pool(io, clock, api);
  pool.run("web", 60s, [door](LibvirtSession&) { door->pass(); }, note("web"));
  pool.run("db", 60s, [](LibvirtSession&) {}, note("db"));
  until([&] { return !told.empty(); });
  EXPECT_THAT(told, ElementsAre("db"));
  door->open();
  until([&] { return told.size() == 2; });
  EXPECT_THAT(told, ElementsAre("db", "web"));
}

TEST_F(CallPoolTest, WhatWaitedTooLongNeverRuns) {
  const auto door = std::make_shared<Door>();
  CallPool pool(io, clock, api);
  const auto ran = std::make_shared<std::atomic<int>>(0);
  pool.run("web", 20ms, [door](LibvirtSession&) { door->pass(); }, note("first"));
  pool.run("web", 20ms, [ran](LibvirtSession&) { ++*ran; }, note("second"));
  until([&] { return told.size() == 2; });
  door->open();
  pool.run("web", 5s, [](LibvirtSession&) {}, note("third"));
  until([&] { return told.size() == 3; });
  EXPECT_THAT(told, ElementsAre("first late", "second late", "third"));
  EXPECT_EQ(*ran, 0);
}

TEST_F(CallPoolTest, ThreadsAreBounded) {
  const auto door = std::make_shared<Door>();
  CallPool pool(io, clock, api, 2);
  for (const char* key : {"a", "b", "c"})
    pool.run(key, 50ms, [door](LibvirtSession&) { door->pass(); }, note(key));
  until([&] { return told.size() == 3; });
  door->open();
  pool.run("c", 5s, [](LibvirtSession&) {}, note("again"));
  until([&] { return told.size() == 4; });
  EXPECT_EQ(told.back(), "again");
}

TEST_F(CallPoolTest, EndsThoughACallHangs) {
  const auto door = std::make_shared<Door>();
  {
    CallPool pool(io, clock, api);
    pool.run("web", 20ms, [door](LibvirtSession&) { door->pass(); }, note("web"));
    until([&] { return told.size() == 1; });
  }
  door->open();
}

}  // namespace
}  // namespace aerostat
