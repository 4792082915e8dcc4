#include "history_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>

#include "api/fake_manager.h"
#include "base/temporary_folder.h"
#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

class HistoryFeedTest : public testing::Test {
 protected:
  HistoryFeedTest()
      : history_({.path = folder_.path() + "/history.db"}, [this](std::function<void()> told) {
          const std::lock_guard held(mutex_);
          told_ = std::move(told);
          news_.notify_one();
        }) {
    history_.start();
  }
  template <typename Ask>
  void answered(Ask ask) {
    ask();
    std::unique_lock held(mutex_);
    ASSERT_TRUE(news_.wait_for(held, std::chrono::seconds(30), [this] { return static_cast<bool>(told_); }));
    std::exchange(told_, {})();
  }
  std::vector<PastDecision> decisions() {
    std::vector<PastDecision> out;
    answered([&] {
      history_.decisions({"web", 0, std::int64_t{1} << 42, 100},
                         [&](Result<std::vector<PastDecision>> got) { out = got.value(); });
    });
    return out;
  }
  std::vector<PastEvent> events() {
    std::vector<PastEvent> out;
    answered([&] {
      history_.events({"", 0, std::int64_t{1} << 42, 100},
                      [&](Result<std::vector<PastEvent>> got) { out = got.value(); });
    });
    return out;
  }

  TemporaryFolder folder_;
  std::mutex mutex_;
  std::condition_variable news_;
  std::function<void()> told_;
  history::History history_;
  FakeManager manager_;
  boost::asio::io_context io_;
  SimulatedClock clock_{io_};
};

TEST_F(HistoryFeedTest, HandsOverEachEventOnce) {
  HistoryFeed feed(io_, clock_, manager_, history_);
  manager_.add_event("it grew");
  feed.take();
  feed.take();
  manager_.add_event("it grew again");
  feed.take();
  ASSERT_EQ(events().size(), 2u);
  EXPECT_THAT(events()[1].text, testing::HasSubstr("it grew again"));
}

TEST_F(HistoryFeedTest, HandsOverADecisionAgainWhenItIsFinal) {
  HistoryFeed feed(io_, clock_, manager_, history_);
  manager_.add_vm("web");
  DecisionRecord first;
  first.seq = 1;
  first.vm = "web";
  manager_.decisions = {first};
  feed.take();
  manager_.decisions[0].repeated = 9;
  feed.take();
  EXPECT_EQ(decisions()[0].repeated, 1u) << "it still counts";
  DecisionRecord second = first;
  second.seq = 2;
  manager_.decisions.push_back(second);
  feed.take();
  ASSERT_EQ(decisions().size(), 2u);
  EXPECT_EQ(decisions()[0].repeated, 9u);
  manager_.decisions[0].result = "reached it";
  feed.take();
  EXPECT_EQ(decisions()[0].result, "reached it");
}

}  // namespace
}  // namespace aerostat
