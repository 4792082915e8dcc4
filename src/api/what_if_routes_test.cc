#include "api/what_if_routes.h"

#include <gtest/gtest.h>

#include "api/fake_manager.h"
#include "api/what_if_json.h"

namespace aerostat {
namespace {

constexpr std::int64_t kAskedAt = 1'700'000'000;

class FakeDesk final : public WhatIfDesk {
 public:
  void begin(const WhatIfRequest& request, Answer answer) override {
    asked.push_back(request);
    if (refusal) return answer(fail(*refusal));
    answer(now);
  }
  Result<WhatIfState> state(const std::string& id) const override {
    if (id != now.id) return fail(Error::Kind::NotFound, "there is no such question");
    return now;
  }
  Result<WhatIfState> cancel(const std::string& id) override {
    cancelled = id;
    return state(id);
  }
  WhatIfState now{"1", WhatIfState::Stage::Running, 0.42, nullptr, {}};
  std::optional<Error> refusal;
  std::vector<WhatIfRequest> asked;
  std::string cancelled;
};

class WhatIfRoutes : public testing::Test {
 protected:
  ApiAnswer send(const std::string& method, const std::string& target, const std::string& body = "") {
    ApiRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.principal.name = "test";
    ApiAnswer out;
    answer(services, request, [&out](ApiAnswer given) { out = std::move(given); });
    return out;
  }
  FakeManager manager;
  FakeDesk desk;
  Services services{.manager = manager, .what_if = &desk};
};

std::string field_of(const std::string& text) {
  const Result<WhatIfRequest> request = parse_what_if(text, kAskedAt);
  EXPECT_FALSE(request) << text;
  return request ? "-" : request.error().field;
}

TEST(WhatIfJson, ReadsAQuestion) {
  const Result<WhatIfRequest> request = parse_what_if(
      R"({"since":"2h","until":"10m","capacity_bytes":"64G",
          "vms":[{"name":"web","minimum_bytes":"1G","weight":7,"buffer_percent":null}],
          "add":[{"like":"db","count":2,"maximum_bytes":1073741824}]})",
      kAskedAt);
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(request->since, kAskedAt - 7200);
  EXPECT_EQ(request->until, kAskedAt - 600);
  EXPECT_EQ(request->capacity, Bytes::mib(65536));
  ASSERT_EQ(request->vms.size(), 1u);
  EXPECT_EQ(request->vms[0].change.to.minimum, Bytes::mib(1024));
  EXPECT_TRUE(request->vms[0].change.back.contains(Setting::Buffer));
  ASSERT_EQ(request->add.size(), 1u);
  EXPECT_EQ(request->add[0].count, 2);
  EXPECT_EQ(request->add[0].change.to.maximum, Bytes::mib(1024));
}

TEST(WhatIfJson, LooksAtTheLastDayIfNobodySaysWhen) {
  const Result<WhatIfRequest> request = parse_what_if("{}", kAskedAt);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->since, kAskedAt - 86400);
  EXPECT_EQ(request->until, kAskedAt);
}

TEST(WhatIfJson, NamesTheMemberThatIsWrong) {
  EXPECT_EQ(field_of("[]"), "");
  EXPECT_EQ(field_of("{"), "");
  EXPECT_EQ(field_of(R"({"since":"soon"})"), "since");
  EXPECT_EQ(field_of(R"({"until":5})"), "until");
  EXPECT_EQ(field_of(R"({"capacity_bytes":"1,5G"})"), "capacity_bytes");
  EXPECT_EQ(field_of(R"({"vms":{}})"), "vms");
  EXPECT_EQ(field_of(R"({"vms":[1]})"), "vms[0]");
  EXPECT_EQ(field_of(R"({"vms":[{}]})"), "vms[0].name");
  EXPECT_EQ(field_of(R"({"vms":[{"name":7}]})"), "vms[0].name");
  EXPECT_EQ(field_of(R"({"vms":[{"name":"a"},{"name":"b","minimum_bytes":true}]})"), "vms[1].minimum_bytes");
  EXPECT_EQ(field_of(R"({"add":[{"count":1}]})"), "add[0].like");
  EXPECT_EQ(field_of(R"({"add":[{"like":"a","count":1.5}]})"), "add[0].count");
  EXPECT_EQ(field_of(R"({"add":[{"like":"a","colour":1}]})"), "add[0].colour");
  EXPECT_EQ(field_of(R"({"colour":1})"), "colour");
}

TEST_F(WhatIfRoutes, BeginAQuestionAndTellHowFarItIs) {
  const ApiAnswer begun = send("POST", "/v1/whatif", R"({"add":[{"like":"web"}]})");
  EXPECT_EQ(begun.status, 200);
  EXPECT_EQ(begun.body, R"({"id":"1","state":"running","progress_percent":42,"error":null,"report":null})"
                        "\n");
  ASSERT_EQ(desk.asked.size(), 1u);
  EXPECT_EQ(send("GET", "/v1/whatif/1").status, 200);
  EXPECT_EQ(send("GET", "/v1/whatif/2").status, 404);
  EXPECT_EQ(send("DELETE", "/v1/whatif/1").status, 200);
  EXPECT_EQ(desk.cancelled, "1");
}

TEST_F(WhatIfRoutes, SayWhenToAskAgain) {
  desk.refusal = Error{Error::Kind::Unavailable, "another question is being answered"};
  const ApiAnswer busy = send("POST", "/v1/whatif", "{}");
  EXPECT_EQ(busy.status, 503);
  EXPECT_EQ(busy.headers.at("Retry-After"), "3");
  desk.refusal = Error{Error::Kind::Refused, "there is no history"};
  EXPECT_EQ(send("POST", "/v1/whatif", "{}").status, 409);
}

TEST_F(WhatIfRoutes, ShowTheWholeAnswer) {
  WhatIfReport report;
  report.since = kAskedAt - 60;
  report.until = kAskedAt;
  report.verdict = "It would have fitted.";
  report.vms.push_back({"web-new-1", "web", true, {}, WhatIfNumbers{}});
  report.points.push_back({kAskedAt - 60, 1.5, {}, 2.0, 3.0});
  desk.now.stage = WhatIfState::Stage::Done;
  desk.now.report = std::make_shared<const WhatIfReport>(report);
  const Json body = Json::parse(send("GET", "/v1/whatif/1").body);
  EXPECT_EQ(body["state"], "done");
  EXPECT_EQ(body["report"]["vms"][0]["like"], "web");
  EXPECT_TRUE(body["report"]["vms"][0]["before"].is_null());
  EXPECT_TRUE(body["report"]["vms"][0]["after"]["least_available_bytes"].is_null()) << "unknown is not zero";
  EXPECT_EQ(body["report"]["rows"][0], Json::array({kAskedAt - 60, 1, nullptr, 2, 3}));
}

TEST_F(WhatIfRoutes, WithoutADeskSaySo) {
  services.what_if = nullptr;
  EXPECT_EQ(send("POST", "/v1/whatif", "{}").status, 503);
  EXPECT_EQ(send("GET", "/v1/whatif/1").status, 503);
}

}  // namespace
}  // namespace aerostat
