// ApiServer: the HTTP API on a unix socket and, if asked for, over TCP (docs/guide/api.md). One thread,
// nothing blocks, everything is bounded: bodies, headers, connections, what a slow reader may keep waiting
// for. No client can stop the daemon or each other.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/access.h"
#include "api/services.h"
#include "base/clock.h"
#include "base/result.h"

namespace boost::asio {
class io_context;
}

namespace aerostat {

struct ApiOptions {
  std::string socket = "/run/aerostat/api.sock";
  mode_t mode = 0660;
  std::optional<std::string> group;  // missing: the daemon's own group

  // Also over TCP. An address that is not this host's own loopback needs a certificate.
  struct Tcp {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;        // 0: any
    std::string certificate, key;  // files; empty: not encrypted
  };
  std::optional<Tcp> tcp;
  // By which browsers may know this host, besides its addresses and localhost.
  std::vector<std::string> names;

  // Enough for people and monitoring. Further clients are told to come back later.
  std::size_t connections = 128;
  // As many may be of one user, and as many may come over TCP.
  std::size_t connections_of_one = 64;
  // Of these, kept for clients that may make changes, so that readers cannot lock out the owner.
  std::size_t kept_connections = 8;
  // For a whole request to arrive, and for an answer to be read.
  std::chrono::milliseconds patience{30'000};
  // Proxies and clients treat a silent event stream as dead after a minute or so.
  std::chrono::milliseconds ping{15'000};
  std::function<std::chrono::system_clock::time_point()> wall = std::chrono::system_clock::now;
  // The peer of a connection. Tests replace it.
  std::function<std::optional<Peer>(int fd)> peer_of = peer_of_socket;
};

class ApiServer {
 public:
  // All must outlive this. Destroy it on the reactor's thread, before the io_context.
  ApiServer(boost::asio::io_context& io, const Clock& clock, const Services& services, ApiOptions options);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Fails if another daemon answers on the socket, or if the socket cannot be created as requested.
  Result<void> start();
  // Ends every connection and removes the socket. Harmless if not started.
  void stop();
  // Call after new events, so that followers get them at once.
  void notify_events();
  std::size_t connections() const;
  // Where TCP is listened on; 0: nowhere.
  std::uint16_t tcp_port() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace aerostat
