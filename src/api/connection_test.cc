// The one connection class over a stream that is no unix socket.
#include "api/connection.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <functional>

#include "api/event_texts.h"
#include "api/fake_manager.h"
#include "reactor/simulated_clock.h"

namespace aerostat {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

class OverTcp : public testing::Test {
 protected:
  OverTcp() { manager_.add_vm("web"); }
  ~OverTcp() override {
    hub_->stopped = true;
    for (const auto& [key, connection] : std::map(hub_->connections)) {
      if (const auto living = connection.lock()) living->close();
    }
    io_.restart();
    io_.poll();
  }

  // What comes back until the other end is done with it, or `enough` has come.
  std::string exchange(const Principal& who, const std::string& request, const std::string& enough = {}) {
    tcp::acceptor acceptor(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    tcp::socket client(io_);
    client.connect(acceptor.local_endpoint());
    hub_->users.enter(who.name);
    start_connection(hub_, AnySocket(acceptor.accept()), Caller{who.name, who});
    asio::write(client, asio::buffer(request));
    std::string received;
    char part[4096];
    bool done = false;
    std::function<void()> read = [&] {
      client.async_read_some(asio::buffer(part), [&](boost::system::error_code error, std::size_t got) {
        received.append(part, got);
        done = error || (!enough.empty() && received.find(enough) != std::string::npos);
        if (!done) read();
      });
    };
    read();
    // Over TCP bytes need a moment of the kernel's, so the reactor waits for them.
    for (io_.restart(); !done;) io_.run_one();
    return received;
  }

  asio::io_context io_;
  SimulatedClock clock_{io_};
  FakeManager manager_;
  EventTexts events_{manager_};
  std::shared_ptr<Hub> hub_ =
      std::make_shared<Hub>(Hub{io_, clock_, {.manager = manager_, .events = &events_}, {}});
  const Principal owner_{"the test", Scope::Change, ""};
};

TEST_F(OverTcp, AnswersAndKeepsToTheScope) {
  const std::string pause = "POST /v1/pause HTTP/1.1\r\nConnection: close\r\n\r\n";
  const std::string refused = exchange({"a reader", Scope::Read, "readers change nothing"}, pause);
  EXPECT_TRUE(refused.starts_with("HTTP/1.1 403 ")) << refused;
  EXPECT_NE(refused.find("readers change nothing"), std::string::npos);
  EXPECT_FALSE(manager_.host_report.paused);
  EXPECT_TRUE(exchange(owner_, pause).starts_with("HTTP/1.1 200 OK"));
  EXPECT_TRUE(manager_.host_report.paused);
}

TEST_F(OverTcp, HeadHasTheHeaderOnly) {
  const std::string received = exchange(owner_, "HEAD /v1/host HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(received.starts_with("HTTP/1.1 200 OK\r\n")) << received;
  EXPECT_TRUE(received.ends_with("\r\n\r\n")) << received;
  EXPECT_EQ(received.find("Content-Length: 0\r\n"), std::string::npos)
      << "the length of what GET would bring";
  EXPECT_NE(received.find("Content-Length: "), std::string::npos) << received;
  const std::string stream = exchange(owner_, "HEAD /v1/events?follow=1 HTTP/1.0\r\n\r\n");
  EXPECT_NE(stream.find("Content-Type: text/event-stream\r\n"), std::string::npos) << stream;
}

TEST_F(OverTcp, StreamsEvents) {
  manager_.add_event("first");
  const std::string received =
      exchange(owner_, "GET /v1/events?follow=1 HTTP/1.1\r\n\r\n", "\"text\":\"first\"");
  EXPECT_NE(received.find("Content-Type: text/event-stream\r\n"), std::string::npos) << received;
  EXPECT_NE(received.find("id: 1\ndata: {"), std::string::npos) << received;
}

}  // namespace
}  // namespace aerostat
