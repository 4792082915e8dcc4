#include "whatif/lab_desk.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "whatif/fake_past.h"

namespace aerostat::whatif {
namespace {

// The reactor: runs what was posted, in its order, on this thread.
class Turns {
 public:
  void post(std::function<void()> one) {
    const std::lock_guard held(mutex_);
    all_.push_back(std::move(one));
    news_.notify_one();
  }
  // Runs what comes until `done`.
  template <typename Done>
  void until(const Done& done) {
    while (!done()) {
      std::unique_lock held(mutex_);
      news_.wait(held, [this] { return !all_.empty(); });
      const std::function<void()> one = std::move(all_.front());
      all_.pop_front();
      held.unlock();
      one();
    }
  }

 private:
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<std::function<void()>> all_;
};

class FakeHistory final : public HistoryReader {
 public:
  explicit FakeHistory(Turns& turns) : turns_(turns) {}
  HistoryState state() const override { return now; }
  void ask(const HistoryQuery& query, Answer answer) const override {
    turns_.post([answer = std::move(answer), what = query.what] {
      answer(past_table(what, what == "demand_peak_bytes"));
    });
  }
  void events(const PastQuery&, Events) const override {}
  void decisions(const PastQuery&, Decisions) const override {}
  HistoryState now{HistoryState::Kind::On, "", "", {}, {}, kPast};

 private:
  Turns& turns_;
};

class Desk : public testing::Test {
 protected:
  LabDesk make(DeskBounds bounds = {1e6, 1e6}) {
    return {&history_, [] { return past_facts(); },
            [this](std::function<void()> one) { turns_.post(std::move(one)); }, bounds};
  }
  Result<WhatIfState> begin(LabDesk& desk, const WhatIfRequest& request = past_request()) {
    std::optional<Result<WhatIfState>> out;
    desk.begin(request, [&](Result<WhatIfState> state) { out = std::move(state); });
    turns_.until([&] { return out.has_value(); });
    return *out;
  }
  WhatIfState end_of(LabDesk& desk, const std::string& id) {
    turns_.until([&] { return desk.state(id)->stage != WhatIfState::Stage::Running; });
    return *desk.state(id);
  }
  Turns turns_;
  FakeHistory history_{turns_};
};

TEST_F(Desk, AnswersOneQuestionAtATime) {
  LabDesk desk = make();
  const Result<WhatIfState> first = begin(desk);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->stage, WhatIfState::Stage::Running);
  // Its end was posted at best: until this thread turns, it runs.
  const Result<WhatIfState> second = begin(desk);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, Error::Kind::Unavailable);
  const WhatIfState done = end_of(desk, first->id);
  ASSERT_EQ(done.stage, WhatIfState::Stage::Done);
  EXPECT_EQ(done.report->vms.size(), 3u);
  const Result<WhatIfState> third = begin(desk);
  ASSERT_TRUE(third);
  EXPECT_FALSE(desk.state(first->id)) << "only the last is kept";
}

TEST_F(Desk, EndsWhatIsNotWantedAnyMore) {
  LabDesk desk = make();
  const Result<WhatIfState> first = begin(desk);
  ASSERT_TRUE(first);
  ASSERT_TRUE(desk.cancel(first->id));
  const WhatIfState end = end_of(desk, first->id);
  EXPECT_NE(end.stage, WhatIfState::Stage::Running);
  EXPECT_FALSE(desk.cancel("17"));
  EXPECT_TRUE(begin(desk));
}

TEST_F(Desk, HasABoundOnItsTime) {
  LabDesk desk = make({0, 1e6});
  const Result<WhatIfState> asked = begin(desk);
  ASSERT_TRUE(asked);
  const WhatIfState end = end_of(desk, asked->id);
  ASSERT_EQ(end.stage, WhatIfState::Stage::Failed);
  EXPECT_NE(end.error->message.find("look at a shorter time"), std::string::npos) << end.error->message;
}

TEST_F(Desk, RefusesBeforeItWorks) {
  LabDesk desk = make();
  WhatIfRequest request = past_request();
  request.add.push_back({"", "nobody", 1, {}});
  EXPECT_EQ(begin(desk, request).error().field, "add[0].like");
  request = past_request();
  request.since = request.until - 5;
  EXPECT_EQ(begin(desk, request).error().field, "since");
  EXPECT_TRUE(begin(desk));
}

TEST_F(Desk, WithoutHistorySaysSo) {
  LabDesk desk = make();
  history_.now.oldest.reset();
  EXPECT_EQ(begin(desk).error().kind, Error::Kind::Refused);
  history_.now.kind = HistoryState::Kind::Off;
  EXPECT_NE(begin(desk).error().message.find("[history]"), std::string::npos);
  LabDesk none(nullptr, [] { return past_facts(); }, [](const std::function<void()>&) {});
  EXPECT_EQ(begin(none).error().kind, Error::Kind::Refused);
}

TEST_F(Desk, LeavesNothingRunning) {
  {
    LabDesk desk = make();
    ASSERT_TRUE(begin(desk));
  }
  SUCCEED() << "its thread ended with it";
}

}  // namespace
}  // namespace aerostat::whatif
