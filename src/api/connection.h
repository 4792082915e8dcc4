// Connection: one client of the API, from its first request to its last, over any stream of bytes. Keeps
// itself alive while it waits for something, and takes itself off the Hub when it ends.
#pragma once

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "api/access.h"
#include "api/api_server.h"
#include "api/services.h"
#include "api/users.h"
#include "base/clock.h"
#include "base/result.h"

namespace aerostat {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void close() = 0;
  // A stream may have something new.
  virtual void wake() = 0;
  // Who used it last.
  virtual const std::string& user() const = 0;
};

// What all connections share. Outlives each of them.
struct Hub {
  boost::asio::io_context& io;
  const Clock& clock;
  Services services;
  ApiOptions options;
  AccessRule rule = {};
  Users users{options.connections_of_one};
  bool stopped = false;     // then the services may be gone
  std::size_t refused = 0;  // connections that only hear that there is no place
  std::map<const Connection*, std::weak_ptr<Connection>> connections = {};

  std::size_t places() const { return connections.size() - refused; }
};

// How a client came, and who it is if that is known from there.
struct Caller {
  std::string place;  // whose places it takes: "user 1000", "tcp"
  std::optional<Principal> principal;
  bool over_tcp = false;
  bool welcome = true;  // else it is told to come back later
};

// What a client hears that is not welcome.
Error no_place();

// A unix socket or a TCP one: each converts to this.
using AnySocket = boost::asio::generic::stream_protocol::socket;
void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Caller caller);
// Encrypted; `context` must outlive it.
void start_connection(std::shared_ptr<Hub> hub, AnySocket socket, Caller caller,
                      boost::asio::ssl::context& context);

}  // namespace aerostat
