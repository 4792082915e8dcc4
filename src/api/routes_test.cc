#include "api/routes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "api/event_texts.h"
#include "api/fake_manager.h"
#include "api/json.h"

namespace aerostat {
namespace {

using namespace literals;

class Routes : public testing::Test {
 protected:
  Routes() { manager_.add_vm("web"); }

  ApiAnswer ask(const std::string& method, const std::string& target, const std::string& body = "") {
    ApiAnswer out;
    int answers = 0;
    answer(services_, {method, target, body, headers_, who_}, [&](ApiAnswer made) {
      out = std::move(made);
      ++answers;
    });
    EXPECT_EQ(answers, 1) << method << " " << target;
    return out;
  }
  static Json items(const ApiAnswer& made) { return json(made)["items"]; }
  static Json json(const ApiAnswer& made) { return Json::parse(made.body); }
  static std::string message(const ApiAnswer& made) { return json(made)["detail"]; }

  FakeManager manager_;
  EventTexts events_{manager_};
  const Services services_{.manager = manager_, .events = &events_};
  Headers headers_;
  Principal who_{"user 0", Scope::Change, ""};
  const Principal reader_{"user 1000", Scope::Read, "no"};
};

TEST_F(Routes, WhoMayReadReadsEverything) {
  who_ = reader_;
  for (const char* target : {"/v1/host", "/v1/vms", "/v1/vms/web", "/v1/vms/web/decisions",
                             "/v1/vms/web/sample", "/v1/events", "/v1/reactions", "/v1/reservations"}) {
    EXPECT_EQ(ask("GET", target).status, 200) << target;
  }
  EXPECT_EQ(items(ask("GET", "/v1/vms"))[0]["name"], "web");
}

TEST_F(Routes, ChangesOnlyWithPermission) {
  const Principal owner = std::exchange(who_, reader_);
  EXPECT_EQ(message(ask("PATCH", "/v1/vms/web", "{\"weight\":1}")), "no");
  EXPECT_EQ(ask("PATCH", "/v1/vms/web", "{\"weight\":1}").status, 403);
  EXPECT_EQ(ask("PATCH", "/v1/vms/web?dry_run=1", "{\"weight\":1}").status, 403);
  EXPECT_EQ(ask("POST", "/v1/pause").status, 403);
  EXPECT_TRUE(manager_.changes.empty());
  EXPECT_FALSE(manager_.host_report.paused);
  who_ = owner;
  EXPECT_EQ(ask("PATCH", "/v1/vms/web?dry_run=1", "{\"weight\":1}").status, 200);
  ASSERT_EQ(manager_.changes.size(), 1u);
  EXPECT_TRUE(manager_.changes[0].dry_run);
  EXPECT_EQ(manager_.changes[0].change.to.weight, 1);
  EXPECT_EQ(json(ask("POST", "/v1/pause"))["manager"], "paused");
  EXPECT_EQ(json(ask("POST", "/v1/resume"))["manager"], "running");
}

TEST_F(Routes, ReservesForWhoMayAndSaysWhoAsked) {
  const std::string body = R"({"vm":"new","memory_bytes":"2G","weight":7})";
  const Principal owner = std::exchange(who_, reader_);
  EXPECT_EQ(ask("POST", "/v1/reservations", body).status, 403);
  EXPECT_EQ(ask("DELETE", "/v1/reservations/new").status, 403);
  EXPECT_TRUE(manager_.start_reports.empty());
  who_ = owner;
  const Json made = json(ask("POST", "/v1/reservations", body));
  EXPECT_EQ(made["state"], "gathering");
  EXPECT_EQ(made["memory_bytes"], std::int64_t{2} << 30);
  EXPECT_EQ(made["asked_by"], "user 0");
  EXPECT_EQ(made["wait_seconds"], kUsualWait.count());
  EXPECT_EQ(made["lasts_seconds"], kUsualLasts.count());
  EXPECT_EQ(items(ask("GET", "/v1/reservations")).size(), 1u);
  EXPECT_EQ(json(ask("GET", "/v1/reservations/new"))["vm"], "new");
  EXPECT_EQ(ask("DELETE", "/v1/reservations/new").status, 200);
  EXPECT_EQ(ask("GET", "/v1/reservations/new").status, 404);
}

TEST_F(Routes, EveryChangeSaysWhoMakesIt) {
  ask("PATCH", "/v1/vms/web", "{\"weight\":1}");
  ask("POST", "/v1/vms/web/resize", R"({"memory_bytes":"2G"})");
  ask("POST", "/v1/reservations", R"({"vm":"new","memory_bytes":"2G"})");
  ask("DELETE", "/v1/reservations/new");
  ask("POST", "/v1/pause");
  ask("POST", "/v1/resume");
  EXPECT_EQ(manager_.asked_by, std::vector<std::string>(6, "user 0"));
}

TEST_F(Routes, ResizesForWhoMay) {
  const std::string body = R"({"memory_bytes":"2G"})";
  EXPECT_EQ(json(ask("POST", "/v1/vms/web/resize?dry_run=1", body))["target_bytes"], std::int64_t{2} << 30);
  EXPECT_TRUE(manager_.resized.empty());
  EXPECT_EQ(ask("POST", "/v1/vms/web/resize", body).status, 200);
  EXPECT_EQ(manager_.resized.at("web"), 2_GiB);
  EXPECT_EQ(ask("POST", "/v1/vms/nobody/resize", body).status, 404);
  for (const char* wrong : {"", "[]", "{}", R"({"memory_bytes":"2"})", R"({"memory_bytes":1,"more":2})"})
    EXPECT_EQ(ask("POST", "/v1/vms/web/resize", wrong).status, 400) << wrong;
  who_ = reader_;
  EXPECT_EQ(ask("POST", "/v1/vms/web/resize", body).status, 403);
}

TEST_F(Routes, SaysWhatDoesNotExist) {
  EXPECT_EQ(ask("GET", "/v1/vms/db").status, 404);
  EXPECT_EQ(message(ask("GET", "/v1/vms/db")), "there is no VM 'db'");
  for (const char* target : {"/", "", "/v1", "/v1/vms/", "/v1/vms//decisions", "/v1/vms/a/b/decisions",
                             "/v2/host", "*", "/v1/vms/..", "/v1/vms/%2e%2e", "/v1/vms/a%2Fb", "/v1/vms/%7",
                             "/v1/vms/\x1b[31m", "http://x/v1/host"}) {
    EXPECT_EQ(ask("GET", target).status, 404) << target;
  }
}

TEST_F(Routes, TakeANamePercentEncoded) {
  EXPECT_EQ(ask("GET", "/v1/vms/%77eb").status, 200);
  EXPECT_EQ(message(ask("GET", "/v1/vms/Home%20Assistant")), "there is no VM 'Home Assistant'");
}

TEST_F(Routes, NamesTheMethodsThereAre) {
  const ApiAnswer made = ask("DELETE", "/v1/vms/web");
  EXPECT_EQ(made.status, 405);
  EXPECT_EQ(made.headers.at("allow"), "GET, HEAD, PATCH") << "in whatever case";
  EXPECT_EQ(message(made), "DELETE does not work at /v1/vms/web; use GET, HEAD, PATCH");
  EXPECT_EQ(ask("GET", "/v1/pause").headers.at("Allow"), "POST");
}

TEST_F(Routes, ListsVmsThatAreOffWhenAsked) {
  manager_.off_reports.emplace_back().name = "db";
  EXPECT_EQ(items(ask("GET", "/v1/vms")).size(), 1u);
  EXPECT_TRUE(json(ask("GET", "/v1/vms"))["next"].is_null()) << "that was all";
  const Json all = items(ask("GET", "/v1/vms?all=1"));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[1]["name"], "db");
  EXPECT_EQ(ask("GET", "/v1/vms?all=yes").status, 400);
}

TEST_F(Routes, PassesTheManagersRefusalOn) {
  manager_.refusal = Error{Error::Kind::Refused, "the minimum is above what it has", "minimum_bytes"};
  ApiAnswer made = ask("PATCH", "/v1/vms/web", "{\"minimum_bytes\":\"1G\"}");
  EXPECT_EQ(made.status, 409);
  EXPECT_EQ(made.body,
            "{\"type\":\"urn:aerostat:problem:refused\",\"title\":\"refused\",\"status\":409,"
            "\"detail\":\"the minimum is above what it has\",\"code\":\"refused\","
            "\"field\":\"minimum_bytes\"}\n");
  EXPECT_EQ(made.content_type, "application/problem+json");
  manager_.refusal->field.clear();
  made = ask("PATCH", "/v1/vms/web", "{\"minimum_bytes\":\"1G\"}");
  EXPECT_TRUE(json(made)["field"].is_null());
}

TEST_F(Routes, RefusesParametersItDoesNotKnow) {
  EXPECT_EQ(message(ask("GET", "/v1/events?since=4")),
            "there is no parameter 'since' here; there is: after follow");
  EXPECT_EQ(message(ask("GET", "/v1/host?x")), "there is no parameter 'x' here");
  EXPECT_EQ(message(ask("GET", "/v1/events?after=-1")), "after=-1 is not a whole number from 0 up");
  EXPECT_EQ(message(ask("GET", "/v1/events?follow=yes")), "follow=yes is neither 0 nor 1");
  EXPECT_EQ(message(ask("GET", "/v1/vms/web/decisions?limit=0")), "limit=0 is outside 1 to 1000");
  EXPECT_EQ(ask("PATCH", "/v1/vms/web?dry_run=maybe", "{\"weight\":1}").status, 400);
  EXPECT_TRUE(manager_.changes.empty());
}

TEST_F(Routes, LimitsDecisionsToTheNewest) {
  for (std::uint64_t seq = 1; seq <= 30; ++seq) {
    DecisionRecord decision;
    decision.seq = seq;
    manager_.decisions.push_back(decision);
  }
  EXPECT_EQ(items(ask("GET", "/v1/vms/web/decisions")).size(), 20u);
  EXPECT_EQ(items(ask("GET", "/v1/vms/web/decisions?limit=2"))[0]["seq"], 29);
  EXPECT_EQ(json(ask("GET", "/v1/vms/web/decisions?limit=0"))["field"], "limit");
}

TEST_F(Routes, GivesEventsAfterANumberAndTheNextOne) {
  for (int i = 0; i < 3; ++i) manager_.add_event("grew");
  EXPECT_EQ(items(ask("GET", "/v1/events?after=2")).size(), 1u);
  EXPECT_EQ(json(ask("GET", "/v1/events?after=1"))["next"], 3);
  EXPECT_EQ(items(ask("GET", "/v1/events?after=3")).size(), 0u);
  EXPECT_EQ(json(ask("GET", "/v1/events?after=3"))["next"], 3);
}

TEST_F(Routes, FollowsEventsInAStream) {
  for (int i = 0; i < 3; ++i) manager_.add_event("grew");
  const ApiAnswer made = ask("GET", "/v1/events?follow=1&after=1");
  ASSERT_TRUE(made.stream);
  EXPECT_EQ(made.content_type, "text/event-stream");
  EXPECT_EQ(made.stream->next(1)->find("id: 2\n"), 0u) << "one at least";
  EXPECT_EQ(made.stream->next(10'000)->find("id: 3\n"), 0u);
  EXPECT_EQ(made.stream->next(10'000), nullptr);
  EXPECT_EQ(made.stream->sign_of_life(), ": ping\n\n");
}

TEST_F(Routes, ANumberFromBeforeARestartMeansEverything) {
  manager_.add_event("grew");
  EXPECT_EQ(items(ask("GET", "/v1/events?after=500")).size(), 1u);
  EXPECT_EQ(ask("GET", "/v1/events?follow=1&after=500").stream->next(10'000)->find("id: 1\n"), 0u);
}

TEST_F(Routes, AReaderThatComesBackSaysWhatItHas) {
  for (int i = 0; i < 3; ++i) manager_.add_event("grew");
  headers_ = {{"last-event-id", "2"}};
  EXPECT_EQ(ask("GET", "/v1/events?follow=1&after=0").stream->next(10'000)->find("id: 3\n"), 0u);
  headers_ = {{"Last-Event-ID", "9"}};
  EXPECT_EQ(ask("GET", "/v1/events?follow=1").stream->next(1)->find("id: 1\n"), 0u) << "after a restart";
  headers_ = {{"Last-Event-ID", "x"}};
  EXPECT_EQ(message(ask("GET", "/v1/events?follow=1")), "Last-Event-ID 'x' is not the number of an event");
}

TEST_F(Routes, HeadIsAnsweredLikeGetAndTheServerLeavesTheBodyOut) {
  EXPECT_EQ(ask("HEAD", "/v1/vms/web").body, ask("GET", "/v1/vms/web").body);
  EXPECT_EQ(ask("HEAD", "/v1/vms/nobody").status, 404);
  EXPECT_EQ(ask("HEAD", "/v1/pause").status, 405);
  EXPECT_EQ(ask("PUT", "/v1/vms/web").headers["Allow"], "GET, HEAD, PATCH");
}

TEST_F(Routes, SayWhoOneIs) {
  EXPECT_EQ(json(ask("GET", "/v1/me")), (Json{{"name", "user 0"}, {"scope", "change"}}));
  who_ = reader_;
  EXPECT_EQ(json(ask("GET", "/v1/me"))["scope"], "read");
}

}  // namespace
}  // namespace aerostat
