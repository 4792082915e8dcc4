#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "api/fake_manager.h"
#include "api/json.h"
#include "api/routes.h"
#include "api/services.h"

namespace aerostat {
namespace {

class FakeHistory final : public HistoryReader {
 public:
  HistoryState state() const override { return {}; }
  void ask(const HistoryQuery& query, Answer answer) const override {
    asked = query;
    answer(table);
  }
  void events(const PastQuery& query, Events answer) const override {
    past = query;
    answer(std::vector{PastEvent{1000, "vm.grow", "web", "it grew", "user 7"}});
  }
  void decisions(const PastQuery& query, Decisions answer) const override {
    past = query;
    answer(fail(Error::Kind::Unavailable, "the history is paused"));
  }
  mutable std::optional<HistoryQuery> asked;
  mutable std::optional<PastQuery> past;
  Result<HistoryTable> table = HistoryTable{"web",
                                            1000,
                                            1010,
                                            10,
                                            {"time", "assigned_bytes", "pressure_percent"},
                                            {{1000, {1024.0, 87.5}}, {1010, {std::nullopt, std::nullopt}}}};
};

class HistoryRoutes : public testing::Test {
 protected:
  ApiAnswer get(const std::string& target, bool kept = true) {
    ApiRequest request;
    request.method = "GET";
    request.target = target;
    ApiAnswer out;
    answer({.manager = manager_, .history = kept ? &history_ : nullptr}, request,
           [&](ApiAnswer got) { out = std::move(got); });
    return out;
  }
  FakeManager manager_;
  FakeHistory history_;
};

TEST_F(HistoryRoutes, AnswerWithATable) {
  const ApiAnswer got = get("/v1/history?vm=web&since=1000&until=1010&points=7");
  EXPECT_EQ(got.status, 200);
  EXPECT_EQ(
      got.body,
      R"({"of":"web","since":"1970-01-01T00:16:40Z","until":"1970-01-01T00:16:50Z","step_s":10,)"
      R"("columns":["time","assigned_bytes","pressure_percent"],"rows":[[1000,1024,87.5],[1010,null,null]]})"
      "\n");
  EXPECT_EQ(history_.asked->what, "web");
  EXPECT_EQ(history_.asked->points, 7u);
}

TEST_F(HistoryRoutes, AskAboutTheLastHourOfTheHost) {
  EXPECT_EQ(get("/v1/history").status, 200);
  EXPECT_EQ(history_.asked->of, HistoryQuery::Of::Host);
  EXPECT_EQ(history_.asked->until - history_.asked->since, 3600);
}

TEST_F(HistoryRoutes, RefuseWhatMakesNoSense) {
  for (const char* const target :
       {"/v1/history?since=tomorrow", "/v1/history?since=10&until=10", "/v1/history?points=0",
        "/v1/history?points=2001", "/v1/history?vm=a&each=assigned_bytes", "/v1/history?vm=%2e%2e%2f",
        "/v1/history?colour=red"}) {
    EXPECT_EQ(get(target).status, 400) << target;
  }
  EXPECT_FALSE(history_.asked);
}

TEST_F(HistoryRoutes, TellWhatHappened) {
  const ApiAnswer got = get("/v1/history/events?vm=web&since=1&until=2&limit=5");
  EXPECT_EQ(got.body,
            R"({"items":[{"seq":null,"time":"1970-01-01T00:00:01.000Z","code":"vm.grow","vm":"web",)"
            R"("text":"it grew","by":"user 7"}],"next":null})"
            "\n");
  EXPECT_EQ(history_.past->most, 5u);
  EXPECT_EQ(get("/v1/history/decisions?vm=web").status, 503);
  EXPECT_EQ(get("/v1/history/decisions").status, 400);
  EXPECT_EQ(get("/v1/history/events?limit=0").status, 400);
  EXPECT_EQ(get("/v1/history/events", false).status, 404);
}

TEST_F(HistoryRoutes, SayThatNoneIsKept) {
  const ApiAnswer got = get("/v1/history", false);
  EXPECT_EQ(got.status, 404);
  EXPECT_THAT(got.body, testing::HasSubstr("[history]"));
}

}  // namespace
}  // namespace aerostat
