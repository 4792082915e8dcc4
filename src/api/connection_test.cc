// The one connection class over a stream that is no unix socket.
#include "api/connection.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "api/fake_manager.h"

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
    start_connection(hub_, AnySocket(acceptor.accept()), who);
    asio::write(client, asio::buffer(request));
    std::string received;
    char part[4096];
    client.non_blocking(true);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_for(std::chrono::milliseconds(5));
      boost::system::error_code error;
      const std::size_t got = client.read_some(asio::buffer(part), error);
      received.append(part, got);
      if (error && error != asio::error::would_block) break;
      if (!enough.empty() && received.find(enough) != std::string::npos) break;
    }
    return received;
  }

  asio::io_context io_;
  FakeManager manager_;
  std::shared_ptr<Hub> hub_ = std::make_shared<Hub>(Hub{manager_, {}, {}, false, {}});
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

TEST_F(OverTcp, StreamsEvents) {
  manager_.add_event("first");
  const std::string received =
      exchange(owner_, "GET /v1/events?follow=1 HTTP/1.1\r\n\r\n", "\"text\":\"first\"");
  EXPECT_NE(received.find("Content-Type: text/event-stream\r\n"), std::string::npos) << received;
  EXPECT_NE(received.find("id: 1\ndata: {"), std::string::npos) << received;
}

}  // namespace
}  // namespace aerostat
