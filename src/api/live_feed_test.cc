#include "api/live_feed.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "api/fake_manager.h"
#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMuch = 1'000'000;

// Counts what it is asked, and how often.
class Live : public testing::Test {
 protected:
  Live() { manager_.add_vm("web"); }
  ~Live() override {
    feed_->stop();
    clock_.settle();
  }

  // The data of the only event of this kind in what a reader gets now.
  static Json only(const std::string& text, const std::string& kind) {
    const std::string begin = "event: " + kind + "\ndata: ";
    const std::size_t at = text.find(begin);
    if (at == std::string::npos) return nullptr;
    EXPECT_EQ(text.find(begin, at + 1), std::string::npos) << text;
    return Json::parse(text.substr(at + begin.size(), text.find("\n\n", at) - at - begin.size()));
  }

  boost::asio::io_context io_;
  SimulatedClock clock_{io_};
  FakeManager manager_;
  int news_ = 0;
  std::shared_ptr<LiveFeed> feed_ =
      std::make_shared<LiveFeed>(io_, clock_, manager_, [] { return WallTime{}; }, [this] { ++news_; });
};

TEST_F(Live, TellsTheStateOnceAndThenWhatHasChanged) {
  const auto reader = feed_->reader(0);
  const Json state = only(reader->next(kMuch), "state");
  EXPECT_EQ(state["time"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(state["vms"][0]["name"], "web");
  EXPECT_EQ(state["host"]["manager"], "running");
  EXPECT_TRUE(state["reservations"].empty());
  EXPECT_EQ(reader->next(kMuch), "");

  manager_.vm_reports[0].assigned = Bytes::mib(640);
  manager_.add_vm("new");
  clock_.pass(1s);
  EXPECT_EQ(news_, 1);
  const Json change = only(reader->next(kMuch), "change");
  EXPECT_EQ(change["host"], Json::object());
  ASSERT_EQ(change["vms"].size(), 2u);
  EXPECT_GT(change["vms"][0].size(), 20u) << "a new one with all its members";
  EXPECT_EQ(change["vms"][1], (Json{{"name", "web"}, {"assigned_bytes", Bytes::mib(640).count()}}));
  EXPECT_FALSE(change.contains("reservations"));

  manager_.vm_reports.pop_back();
  manager_.start_reports.emplace_back().request.vm = "soon";
  clock_.pass(1s);
  const Json later = only(reader->next(kMuch), "change");
  EXPECT_EQ(later["gone"], Json::array({"new"}));
  EXPECT_EQ(later["reservations"][0]["vm"], "soon");
}

TEST_F(Live, AnAgeAloneIsNoChangeMostOfTheTime) {
  const auto reader = feed_->reader(0);
  reader->next(kMuch);
  int told = 0;
  for (int second = 0; second < 20; ++second) {
    manager_.vm_reports[0].sample_age_s = second;
    clock_.pass(1s);
    told += only(reader->next(kMuch), "change")["vms"].empty() ? 0 : 1;
  }
  EXPECT_EQ(told, 4) << "once in five seconds";
}

TEST_F(Live, RendersOnceForAllAndNotAtAllForNobody) {
  std::vector<std::shared_ptr<BodyStream>> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(feed_->reader(0));
  std::vector<std::string> states;
  for (const auto& reader : readers) states.push_back(reader->next(kMuch));
  EXPECT_EQ(std::count(states.begin(), states.end(), states[0]), 20);
  clock_.pass(1s);
  EXPECT_EQ(news_, 1);
  readers.clear();
  clock_.pass(1h);
  EXPECT_EQ(news_, 1);
  manager_.vm_reports[0].assigned = Bytes::mib(700);
  const auto again = feed_->reader(0);
  EXPECT_EQ(only(again->next(kMuch), "state")["vms"][0]["assigned_bytes"], Bytes::mib(700).count());
}

TEST_F(Live, AReaderThatFallsBehindGetsTheStateAgain) {
  const auto slow = feed_->reader(0), slower = feed_->reader(0);
  slow->next(kMuch);
  slower->next(kMuch);
  for (int second = 0; second < 3; ++second) {
    manager_.vm_reports[0].grows += 1;
    clock_.pass(1s);
  }
  const std::string three = slow->next(kMuch);
  EXPECT_EQ(three.find("event: state"), std::string::npos);
  EXPECT_NE(three.find("\"grows\":1"), std::string::npos);
  EXPECT_NE(three.find("\"grows\":3"), std::string::npos);
  clock_.pass(1min);
  const std::string all = slower->next(kMuch);
  EXPECT_TRUE(all.starts_with("event: state\n"));
  EXPECT_EQ(only(all, "state")["vms"][0]["grows"], 3);
  EXPECT_EQ(all.find("event: change"), std::string::npos);
}

TEST_F(Live, TellsEventsAsTheyCome) {
  manager_.add_event("old");
  manager_.add_event("seen");
  const auto reader = feed_->reader(1);
  EXPECT_NE(reader->next(kMuch).find("event: event\nid: 2\ndata: {\"seq\":2,"), std::string::npos);
  manager_.add_event("now");
  EXPECT_TRUE(reader->next(kMuch).starts_with("event: event\nid: 3\n"));
  EXPECT_EQ(reader->next(kMuch), "");
}

TEST_F(Live, AsksNothingAfterItsEnd) {
  const auto reader = feed_->reader(0);
  feed_->stop();
  clock_.pass(1min);
  EXPECT_EQ(news_, 0);
}

}  // namespace
}  // namespace aerostat
