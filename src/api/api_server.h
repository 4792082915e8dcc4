// ApiServer: the HTTP API over a unix socket (docs/guide/api.md). One thread, nothing blocks, everything is
// bounded: bodies, headers, connections, what a slow reader may keep waiting for. No client can stop the
// daemon or each other.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/access.h"
#include "base/result.h"
#include "control/manager.h"

namespace boost::asio {
class io_context;
}

namespace aerostat {

struct ApiOptions {
  std::string socket = "/run/aerostat/api.sock";
  mode_t mode = 0660;
  std::optional<std::string> group;  // missing: the daemon's own

  // Enough for people and monitoring; what is above is told to come back later.
  std::size_t connections = 64;
  // Of these, kept for those who may change things, so that no reader can lock out the owner.
  std::size_t kept_connections = 8;
  // For a whole request to arrive, and for an answer to be taken.
  std::chrono::milliseconds patience{30'000};
  // Proxies and clients take a silent event stream for dead after a minute or so.
  std::chrono::milliseconds ping{15'000};
  // Who is at the other end. Tests put their own in.
  std::function<std::optional<Peer>(int fd)> peer_of = peer_of_socket;
};

class ApiServer {
 public:
  // Both must outlive this. Destroy it on the reactor's thread, before the io_context.
  ApiServer(boost::asio::io_context& io, Manager& manager, ApiOptions options);
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Refuses if another daemon answers on the socket, or if the socket cannot be made as asked.
  Result<void> start();
  // Ends every connection and removes the socket. Harmless if not started.
  void stop();
  // Call after new events, so that followers get them at once.
  void notify_events();
  std::size_t connections() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace aerostat
