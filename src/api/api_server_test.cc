#include "api/api_server.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>

#include "api/fake_manager.h"
#include "base/temporary_folder.h"
#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

using namespace std::chrono_literals;

// A client of plain system calls: what it sends is exactly what the test says.
class Client {
 public:
  explicit Client(const std::string& path) : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    connected = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  ~Client() { ::close(fd_); }
  Client(const Client&) = delete;

  bool send(std::string_view text) const {
    return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(text.size());
  }
  // Takes what has arrived.
  void take() {
    char part[65536];
    ssize_t got = 0;
    while ((got = ::recv(fd_, part, sizeof part, 0)) > 0)
      received.append(part, static_cast<std::size_t>(got));
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) ended = true;
  }
  bool has(std::string_view text) const { return received.find(text) != std::string::npos; }

  bool connected = false;
  bool ended = false;
  std::string received;

 private:
  int fd_;
};

class Server : public testing::Test {
 protected:
  Server() {
    options_.socket = directory_ + "/api.sock";
    manager_.add_vm("web");
  }
  ~Server() override {
    server_.reset();
    clock_.settle();
  }

  void start() {
    server_ = std::make_unique<ApiServer>(io_, clock_, Services{manager_}, options_);
    const auto started = server_->start();
    ASSERT_TRUE(started) << started.error().message;
  }

  // Runs the reactor until the condition holds; at most 10 s of simulated time.
  bool until(Client& client, const std::function<bool()>& condition) {
    const auto taken = [&] {
      client.take();
      return condition();
    };
    return clock_.until(taken, 10s);
  }
  std::string exchange(std::string_view request) {
    Client client(options_.socket);
    client.send(request);
    EXPECT_TRUE(until(client, [&] { return client.ended; })) << client.received;
    return client.received;
  }

  const TemporaryFolder temporary_;
  const std::string& directory_ = temporary_.path();
  ApiOptions options_;
  boost::asio::io_context io_;
  SimulatedClock clock_{io_};
  FakeManager manager_;
  std::unique_ptr<ApiServer> server_;
};

TEST_F(Server, AnswersInHttp) {
  start();
  const std::string answer = exchange("GET /v1/vms/web HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(
      answer.starts_with("HTTP/1.1 200 OK\r\nServer: aerostatd\r\nContent-Type: application/json\r\n"))
      << answer;
  EXPECT_NE(answer.find("{\"name\":\"web\",\"mode\":\"static\",\"status\":\"ok\",\"status_text\":\"OK\""),
            std::string::npos)
      << answer;
}

TEST_F(Server, KeepsTheConnectionForTheNextRequest) {
  start();
  Client client(options_.socket);
  client.send("GET /v1/host HTTP/1.1\r\n\r\nGET /v1/vms/none HTTP/1.1\r\n\r\n");  // pipelined
  EXPECT_TRUE(until(client, [&] {
    return client.has("200 OK") && client.has("404 Not Found") && client.has("there is no VM");
  }));
  client.send("PATCH /v1/vms/web HTTP/1.1\r\nContent-Length: 12\r\n\r\n{\"weight\":7}");
  EXPECT_TRUE(until(client, [&] { return !manager_.changes.empty(); }));
  EXPECT_FALSE(client.ended);
}

TEST_F(Server, RefusesMalformedHttpAndGoesOn) {
  start();
  const std::string not_http = exchange("hello\r\n\r\n");
  EXPECT_TRUE(not_http.starts_with("HTTP/1.1 400 ")) << not_http;
  EXPECT_NE(not_http.find("this is not HTTP/1.1: "), std::string::npos);
  for (const std::string& hostile :
       {std::string("GET / HTTP/9.9\r\n\r\n"), std::string("GET /\x01 HTTP/1.1\r\n\r\n"),
        std::string("\x16\x03\x01\x02", 4) + "\r\n\r\n",
        std::string("POST /v1/pause HTTP/1.1\r\nContent-Length: -5\r\n\r\n"),
        std::string("POST /v1/pause HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n"),
        std::string("PATCH /v1/vms/web HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"),
        std::string("GET / HTTP/1.1\r\nA B: c\r\n\r\n"), std::string("GET / HTTP/1.1\r\n: c\r\n\r\n")}) {
    const std::string answer = exchange(hostile);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 ") || answer.starts_with("HTTP/1.1 413 ")) << hostile << "\n"
                                                                                            << answer;
  }
  EXPECT_FALSE(manager_.host_report.paused);
  EXPECT_TRUE(exchange("GET /v1/host HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
}

TEST_F(Server, SurvivesNoise) {
  start();
  std::minstd_rand random(20260504);  // pinned: every run sees the same noise
  const std::string valid =
      "PATCH /v1/vms/web HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\nConnection: "
      "close\r\n\r\n{\"weight\":7}";
  for (int round = 0; round < 300; ++round) {
    std::string text = valid;
    for (int flips = 0; flips < 4; ++flips) text[random() % text.size()] = static_cast<char>(random() % 256);
    Client client(options_.socket);
    client.send(std::string_view(text).substr(0, random() % (text.size() + 1)));
    clock_.settle();
  }
  EXPECT_TRUE(exchange("GET /v1/host HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
}

TEST_F(Server, BoundsBodiesAndHeaders) {
  start();
  const std::string body = exchange("PATCH /v1/vms/web HTTP/1.1\r\nContent-Length: 70000\r\n\r\n");
  EXPECT_TRUE(body.starts_with("HTTP/1.1 413 ")) << body;
  EXPECT_NE(body.find("the body is larger than 64 KiB"), std::string::npos);
  std::string chunked = "PATCH /v1/vms/web HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 20; ++i) chunked += "1000\r\n" + std::string(4096, ' ') + "\r\n";
  EXPECT_TRUE(exchange(chunked).starts_with("HTTP/1.1 413 "));
  const std::string header = exchange("GET /v1/host HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n");
  EXPECT_TRUE(header.starts_with("HTTP/1.1 431 ")) << header;
  EXPECT_TRUE(exchange("GET /" + std::string(20000, 'x')).starts_with("HTTP/1.1 4"));
}

TEST_F(Server, EndsAConnectionThatSaysNothing) {
  start();
  Client silent(options_.socket), slow(options_.socket);
  clock_.settle();
  EXPECT_EQ(server_->connections(), 2u);
  for (int seconds = 1; seconds < 30; ++seconds) {
    slow.send("G");  // a byte now and then does not help
    clock_.pass(1s);
  }
  EXPECT_EQ(server_->connections(), 2u);
  clock_.pass(1s);
  EXPECT_EQ(server_->connections(), 0u);
  for (Client* client : {&silent, &slow}) {
    client->take();
    EXPECT_TRUE(client->ended);
  }
}

TEST_F(Server, RefusesChangesOfOthersOverTheWire) {
  options_.peer_of = [](int) { return Peer{65534, 65534, {}}; };
  start();
  const std::string answer = exchange("POST /v1/pause HTTP/1.1\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 403 Forbidden")) << answer;
  EXPECT_NE(answer.find("changing is refused, because user 65534"), std::string::npos);
  EXPECT_FALSE(manager_.host_report.paused);
  EXPECT_TRUE(exchange("GET /v1/vms HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
}

TEST_F(Server, KeepsPlacesForThoseWhoMayChange) {
  options_.connections = 3;
  options_.kept_connections = 1;
  uid_t uid = 65534;
  options_.peer_of = [&uid](int) { return Peer{uid, 65534, {}}; };
  start();
  Client first(options_.socket), second(options_.socket), third(options_.socket);
  EXPECT_TRUE(until(third, [&] { return third.ended; }));
  EXPECT_TRUE(third.received.starts_with("HTTP/1.1 503 ")) << third.received;
  EXPECT_EQ(server_->connections(), 2u);
  uid = 0;
  EXPECT_TRUE(exchange("POST /v1/pause HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 "));
}

TEST_F(Server, StreamsEventsAsTheyCome) {
  manager_.add_event("first");
  manager_.add_event("second");
  start();
  Client client(options_.socket);
  client.send("GET /v1/events?follow=1&after=1 HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(client, [&] { return client.has("second"); }));
  EXPECT_TRUE(client.has("Content-Type: text/event-stream\r\n"));
  EXPECT_FALSE(client.has("first"));
  clock_.pass(14s);
  client.take();
  EXPECT_FALSE(client.has(": ping"));
  EXPECT_TRUE(until(client, [&] { return client.has(": ping\n\n"); }));
  manager_.add_event("third");
  server_->notify_events();
  EXPECT_TRUE(until(client, [&] { return client.has("id: 3\ndata: {\"seq\":3,"); }));
  EXPECT_FALSE(client.ended);
}

TEST_F(Server, SendsTheLiveFeed) {
  start();
  Client client(options_.socket);
  client.send("GET /v1/live HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(client, [&] { return client.has("event: state\ndata: {\"time\":"); }));
  manager_.add_vm("new");
  EXPECT_TRUE(until(client, [&] { return client.has("event: change\n") && client.has("\"name\":\"new\""); }));
  manager_.add_event("now");
  server_->notify_events();
  EXPECT_TRUE(until(client, [&] { return client.has("event: event\nid: 1\n"); }));
}

TEST_F(Server, NewsOfOthersDoNotPutThePingOff) {
  start();
  Client client(options_.socket);
  client.send("GET /v1/events?follow=1 HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(client, [&] { return client.has("\r\n\r\n"); }));
  for (int second = 0; second < 15; ++second) {
    clock_.pass(1s);
    server_->notify_events();
  }
  EXPECT_TRUE(until(client, [&] { return client.has(": ping"); }));
}

TEST_F(Server, ForgetsAFollowerThatHangsUp) {
  start();
  {
    Client client(options_.socket);
    client.send("GET /v1/events?follow=1 HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(until(client, [&] { return client.has("\r\n\r\n"); }));
  }
  Client other(options_.socket);
  EXPECT_TRUE(until(other, [&] { return server_->connections() == 1; }));
  server_->notify_events();
}

TEST_F(Server, DropsAFollowerThatDoesNotRead) {
  start();
  Client slow(options_.socket);
  slow.send("GET /v1/events?follow=1 HTTP/1.1\r\n\r\n");
  for (int i = 0; i < 400; ++i)
    manager_.add_event(std::string(4000, 'x'));  // more than a socket's buffers hold
  clock_.pass(29s);
  EXPECT_EQ(server_->connections(), 1u);
  clock_.pass(1s);
  EXPECT_EQ(server_->connections(), 0u);
  slow.take();
  EXPECT_LT(slow.received.size(), 1'000'000u);
}

TEST_F(Server, AReaderGetsABacklogLargerThanItsBuffer) {
  for (int i = 0; i < 1000; ++i) manager_.add_event(std::string(500, 'x'));
  start();
  Client client(options_.socket);
  client.send("GET /v1/events?follow=1 HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(client, [&] { return client.has("id: 1000\n"); }));
}

TEST_F(Server, AnswersAChangeWhenItIsKept) {
  manager_.never_answers = true;
  start();
  Client client(options_.socket), other(options_.socket);
  client.send("PATCH /v1/vms/web HTTP/1.1\r\nContent-Length: 12\r\n\r\n{\"weight\":7}");
  EXPECT_TRUE(until(client, [&] { return manager_.unanswered.size() == 1; }));
  other.send("GET /v1/host HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(other, [&] { return other.has("200 OK"); })) << "meanwhile others are served";
  client.take();
  EXPECT_EQ(client.received, "");
  manager_.unanswered[0](manager_.vm("web"));
  EXPECT_TRUE(until(client, [&] { return client.has("200 OK"); }));
  manager_.unanswered[0](manager_.vm("web"));  // nobody waits for a second answer
}

TEST_F(Server, AChangeThatIsNeverKeptIsAnsweredAllTheSame) {
  manager_.never_answers = true;
  start();
  Client client(options_.socket);
  client.send("PATCH /v1/vms/web HTTP/1.1\r\nContent-Length: 12\r\n\r\n{\"weight\":7}");
  clock_.pass(29s);
  client.take();
  EXPECT_EQ(client.received, "");
  EXPECT_TRUE(until(client, [&] { return client.has("504 Gateway Timeout"); }));
  manager_.unanswered[0](manager_.vm("web"));
}

TEST_F(Server, AChangeMayBeKeptAfterItsClientHasGone) {
  manager_.never_answers = true;
  start();
  {
    Client client(options_.socket);
    client.send("PATCH /v1/vms/web HTTP/1.1\r\nContent-Length: 12\r\n\r\n{\"weight\":7}");
    EXPECT_TRUE(until(client, [&] { return manager_.unanswered.size() == 1; }));
  }
  manager_.unanswered[0](manager_.vm("web"));
  Client other(options_.socket);
  other.send("GET /v1/host HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(until(other, [&] { return other.has("200 OK"); }));
  server_->stop();
  manager_.unanswered[0](manager_.vm("web"));
}

TEST_F(Server, StopsWhileClientsAreConnected) {
  start();
  Client follower(options_.socket), idle(options_.socket);
  follower.send("GET /v1/events?follow=1 HTTP/1.1\r\n\r\n");
  EXPECT_TRUE(until(follower, [&] { return follower.has("\r\n\r\n"); }));
  server_->stop();
  clock_.settle();
  follower.take();
  EXPECT_TRUE(follower.ended);
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_FALSE(std::filesystem::exists(options_.socket));
  server_.reset();
  io_.restart();
  io_.run();  // nothing is left that waits
  clock_.pass(1h);
}

TEST_F(Server, StartsAgainAfterItself) {
  start();
  server_.reset();
  start();
  EXPECT_TRUE(exchange("GET /v1/host HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 200 OK"));
}

}  // namespace
}  // namespace aerostat
