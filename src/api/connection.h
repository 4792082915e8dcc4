// Connection: one client of the API, from its first request to its last, over any stream of bytes. Keeps
// itself alive while it waits for something, and takes itself off the Hub when it ends.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>

#include "api/access.h"
#include "api/api_server.h"
#include "api/services.h"
#include "base/clock.h"

namespace aerostat {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void close() = 0;
  // A stream may have something new.
  virtual void wake() = 0;
};

// What all connections share. Outlives each of them.
struct Hub {
  boost::asio::io_context& io;
  const Clock& clock;
  Services services;
  ApiOptions options;
  AccessRule rule;
  bool stopped = false;  // then the services may be gone
  std::map<const Connection*, std::weak_ptr<Connection>> connections;
};

// A unix socket or a TCP one: each converts to this.
using AnySocket = boost::asio::generic::stream_protocol::socket;
void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Principal principal);

}  // namespace aerostat
