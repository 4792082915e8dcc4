// Client: talks to aerostatd over its unix socket, one request at a time, each with a deadline. Kind
// Unavailable or Denied: the daemon was not reached; the sentence says at which place, and what to do.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>

#include "base/result.h"
#include "client/event_stream.h"

namespace aerostat {

struct Reply {
  int status = 0;
  std::string body;
};

class Client {
 public:
  // The daemon sends a ping every 15 s. Three missed ones mean that it hangs.
  static constexpr std::chrono::seconds kSilence{50};

  explicit Client(std::string socket, std::chrono::milliseconds patience = std::chrono::seconds(10))
      : socket_(std::move(socket)), patience_(patience) {}

  // The same with another deadline for each request.
  Client with_patience(std::chrono::milliseconds patience) const { return Client(socket_, patience); }

  Result<Reply> request(const std::string& method, const std::string& target,
                        const std::string& body = {}) const;

  // Reads a stream of server-sent events and calls `event` with each, until it returns false, `stop` is asked
  // for, or the daemon ends the stream or is silent for too long (then an error). A reply other than 200 is
  // returned with its body. `stop` may be asked for on another thread.
  Result<Reply> follow(const std::string& target, const TakeEvent& event,
                       std::chrono::milliseconds silence = kSilence, const std::stop_token& stop = {}) const;

 private:
  std::string socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace aerostat
