#include "client/client.h"

#include <gtest/gtest.h>

#include "client/scripted_daemon.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

TEST(Client, AsksAndGetsTheAnswer) {
  ScriptedDaemon daemon({http_reply("200 OK", "{}"), http_reply("409 Conflict", "no")});
  const Client client(daemon.socket);
  const auto first = client.request("GET", "/v1/host");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->status, 200);
  EXPECT_EQ(first->body, "{}");
  const auto second = client.request("PATCH", "/v1/vms/web", "{\"weight\":1}");
  ASSERT_TRUE(second);
  EXPECT_EQ(second->status, 409);
  EXPECT_TRUE(daemon.requests[0].starts_with("GET /v1/host HTTP/1.1\r\n"));
  EXPECT_TRUE(daemon.requests[1].ends_with("\r\n\r\n{\"weight\":1}"));
}

TEST(Client, SaysWhereItLookedAndWhatToDo) {
  const auto none = Client("/tmp/nowhere/api.sock").request("GET", "/");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, Error::Kind::Unavailable);
  EXPECT_EQ(none.error().message,
            "aerostatd cannot be reached: there is no socket /tmp/nowhere/api.sock; start aerostatd, or name "
            "its socket with --socket");
  EXPECT_FALSE(Client(std::string(300, 'x')).request("GET", "/"));
  EXPECT_FALSE(Client("").request("GET", "/"));
}

TEST(Client, DoesNotWaitForEver) {
  ScriptedDaemon daemon({""});
  const auto reply = Client(daemon.socket, 50ms).request("GET", "/v1/host");
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().message, "aerostatd does not answer on " + daemon.socket +
                                       " in time; look into its log, or restart it: "
                                       "the VMs run on");
}

TEST(Client, RefusesWhatIsNoAnswer) {
  ScriptedDaemon daemon({"SSH-2.0-OpenSSH\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf",
                         "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"});
  const Client client(daemon.socket);
  for (int i = 0; i < 3; ++i) {
    const auto reply = client.request("GET", "/v1/host");
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().kind, Error::Kind::Unavailable);
  }
}

TEST(Client, FollowsEventsUntilItIsEnough) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
  const std::string stream =
      head + ": ping\n\nid: 1\ndata: {\"a\":1}\n\nid: 2\ndata: {\"a\":2}\n\nid: 3\ndata: {\"a\":3}\n\n";
  ScriptedDaemon daemon({stream, stream});
  const Client client(daemon.socket);
  std::vector<std::string> seen;
  const auto two = client.follow("/v1/events?follow=1", [&](const StreamEvent& event) {
    seen.emplace_back(event.data);
    return seen.size() < 2;
  });
  ASSERT_TRUE(two) << two.error().message;
  EXPECT_EQ(seen, (std::vector<std::string>{"{\"a\":1}", "{\"a\":2}"}));
  const auto all = client.follow("/v1/events?follow=1", [](const StreamEvent&) { return true; });
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "aerostatd ended the stream of events; start it again, or try again");
}

TEST(Client, StopsToFollowWhenItIsAsked) {
  ScriptedDaemon daemon({""});  // says nothing
  std::stop_source stop;
  std::thread other([&] { stop.request_stop(); });
  const auto reply =
      Client(daemon.socket)
          .follow("/v1/live", [](const StreamEvent&) { return true; }, Client::kSilence, stop.get_token());
  other.join();
  SUCCEED() << "it has returned";
}

TEST(Client, HandsARefusalToFollowOver) {
  ScriptedDaemon daemon({http_reply("400 Bad Request", "why")});
  const auto reply =
      Client(daemon.socket).follow("/v1/events?follow=1", [](const StreamEvent&) { return true; });
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(reply->status, 400);
  EXPECT_EQ(reply->body, "why");
}

}  // namespace
}  // namespace aerostat
