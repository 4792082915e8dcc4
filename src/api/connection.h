// Connection: one client of the API, from its first request to its last. It keeps itself alive while it
// waits, and removes itself from the Hub when it ends. Used by ApiServer only.
#pragma once

#include <boost/asio/local/stream_protocol.hpp>
#include <map>
#include <memory>
#include <optional>

#include "api/access.h"
#include "api/api_server.h"
#include "control/manager.h"

namespace aerostat {

class Connection {
 public:
  virtual ~Connection() = default;
  virtual void close() = 0;
  // There are new events.
  virtual void wake() = 0;
};

// What all connections share. Outlives each of them.
struct Hub {
  Manager& manager;
  ApiOptions options;
  AccessRule rule;
  bool stopped = false;  // then `manager` may be gone
  std::map<const Connection*, std::weak_ptr<Connection>> connections;
};

void start_connection(std::shared_ptr<Hub> hub, boost::asio::local::stream_protocol::socket socket,
                      std::optional<Peer> peer);

}  // namespace aerostat
