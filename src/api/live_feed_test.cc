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
  EventTexts events_{manager_};
  int news_ = 0;
  std::shared_ptr<LiveFeed> feed_ = std::make_shared<LiveFeed>(
      io_, clock_, manager_, nullptr, events_, [] { return WallTime{}; }, [this] { ++news_; });

  // All that a reader gets now, in one text.
  static std::string all(BodyStream& reader, std::size_t most = kMuch) {
    std::string out;
    while (const SharedText more = reader.next(most)) out += *more;
    return out;
  }
};

TEST_F(Live, TellsTheStateOnceAndThenWhatHasChanged) {
  const auto reader = feed_->reader(0);
  const Json state = only(all(*reader), "state");
  EXPECT_EQ(state["time"], "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(state["vms"][0]["name"], "web");
  EXPECT_EQ(state["host"]["manager"], "running");
  EXPECT_TRUE(state["reservations"].empty());
  EXPECT_EQ(all(*reader), "");

  manager_.vm_reports[0].assigned = Bytes::mib(640);
  manager_.add_vm("new");
  clock_.pass(1s);
  EXPECT_EQ(news_, 1);
  const Json change = only(all(*reader), "change");
  EXPECT_EQ(change["host"], Json::object());
  ASSERT_EQ(change["vms"].size(), 2u);
  EXPECT_GT(change["vms"][0].size(), 20u) << "a new one with all its members";
  EXPECT_EQ(change["vms"][1], (Json{{"name", "web"}, {"assigned_bytes", Bytes::mib(640).count()}}));
  EXPECT_FALSE(change.contains("reservations"));

  manager_.vm_reports.pop_back();
  manager_.start_reports.emplace_back().request.vm = "soon";
  clock_.pass(1s);
  const Json later = only(all(*reader), "change");
  EXPECT_EQ(later["gone"], Json::array({"new"}));
  EXPECT_EQ(later["reservations"][0]["vm"], "soon");
}

TEST_F(Live, AnAgeAloneIsNoChangeMostOfTheTime) {
  const auto reader = feed_->reader(0);
  all(*reader);
  int told = 0;
  for (int second = 0; second < 20; ++second) {
    manager_.vm_reports[0].sample_age_s = second;
    clock_.pass(1s);
    told += only(all(*reader), "change")["vms"].empty() ? 0 : 1;
  }
  EXPECT_EQ(told, 4) << "once in five seconds";
}

TEST_F(Live, RendersOnceForAllAndNotAtAllForNobody) {
  std::vector<std::shared_ptr<BodyStream>> readers;
  for (int i = 0; i < 20; ++i) readers.push_back(feed_->reader(0));
  std::vector<std::string> states;
  for (const auto& reader : readers) states.push_back(all(*reader));
  EXPECT_EQ(std::count(states.begin(), states.end(), states[0]), 20);
  clock_.pass(1s);
  EXPECT_EQ(news_, 1);
  readers.clear();
  clock_.pass(1h);
  EXPECT_EQ(news_, 1);
  manager_.vm_reports[0].assigned = Bytes::mib(700);
  const auto again = feed_->reader(0);
  EXPECT_EQ(only(all(*again), "state")["vms"][0]["assigned_bytes"], Bytes::mib(700).count());
}

TEST_F(Live, AReaderThatFallsBehindGetsTheStateAgain) {
  const auto slow = feed_->reader(0), slower = feed_->reader(0);
  all(*slow);
  all(*slower);
  for (int second = 0; second < 3; ++second) {
    manager_.vm_reports[0].grows += 1;
    clock_.pass(1s);
  }
  const std::string three = all(*slow);
  EXPECT_EQ(three.find("event: state"), std::string::npos);
  EXPECT_NE(three.find("\"grows\":1"), std::string::npos);
  EXPECT_NE(three.find("\"grows\":3"), std::string::npos);
  clock_.pass(1min);
  const std::string whole = all(*slower);
  EXPECT_TRUE(whole.starts_with("event: state\n"));
  EXPECT_EQ(only(whole, "state")["vms"][0]["grows"], 3);
  EXPECT_EQ(whole.find("event: change"), std::string::npos);
}

TEST_F(Live, TellsEventsWithTheChangesOfTheirSecond) {
  manager_.add_event("old");
  manager_.add_event("seen");
  const auto reader = feed_->reader(1);
  EXPECT_NE(all(*reader).find("event: event\nid: 2\ndata: {\"seq\":2,"), std::string::npos);
  manager_.add_event("now");
  EXPECT_EQ(reader->next(kMuch), nullptr) << "one piece a second";
  clock_.pass(1s);
  const std::string second = *reader->next(kMuch);
  EXPECT_TRUE(second.starts_with("event: change\n"));
  EXPECT_NE(second.find("event: event\nid: 3\n"), std::string::npos);
  EXPECT_EQ(reader->next(kMuch), nullptr);
}

TEST_F(Live, ReadersShareTheBytes) {
  const auto one = feed_->reader(0), other = feed_->reader(0);
  EXPECT_EQ(one->next(kMuch), other->next(kMuch));
  manager_.add_event("now");
  clock_.pass(1s);
  const SharedText second = one->next(kMuch);
  EXPECT_NE(second->find("id: 1\n"), std::string::npos);
  EXPECT_EQ(second, other->next(kMuch));
}

TEST_F(Live, NoEventIsToldTwiceOrLeftOut) {
  const auto first = feed_->reader(0);
  all(*first);
  manager_.add_event("before the second comes");
  manager_.add_event("after it");
  const auto second = feed_->reader(1);  // has the first of them
  all(*second);
  clock_.pass(1s);
  const std::string both = all(*first), one = all(*second);
  EXPECT_NE(both.find("id: 1\n"), std::string::npos);
  EXPECT_EQ(one.find("id: 1\n"), std::string::npos);
  EXPECT_NE(one.find("id: 2\n"), std::string::npos);
  EXPECT_EQ(only(one, "change")["vms"], Json::array());
  manager_.add_event("while both sleep");
  clock_.pass(1min);
  const std::string late = all(*first, 1);
  EXPECT_TRUE(late.starts_with("event: state\n"));
  EXPECT_NE(late.find("id: 3\n"), std::string::npos) << "its frame is no more, the event is told";
  EXPECT_EQ(late.find("id: 2\n"), std::string::npos);
}

TEST_F(Live, TheHostSaysWhetherThePastIsKept) {
  EXPECT_EQ(only(all(*feed_->reader(0)), "state")["host"]["history"], "off");
}

TEST_F(Live, AsksNothingAfterItsEnd) {
  const auto reader = feed_->reader(0);
  feed_->stop();
  clock_.pass(1min);
  EXPECT_EQ(news_, 0);
}

}  // namespace
}  // namespace aerostat
