// Client: talks to aerostatd over its unix socket, one request at a time, each with a deadline. Kind
// Unavailable or Denied: the daemon was not reached; the sentence says at which place, and what to do.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace aerostat {

struct Reply {
  int status = 0;
  std::string body;
};

class Client {
 public:
  explicit Client(std::string socket, std::chrono::milliseconds patience = std::chrono::seconds(10))
      : socket_(std::move(socket)), patience_(patience) {}

  // The same with another deadline for each request.
  Client with_patience(std::chrono::milliseconds patience) const { return Client(socket_, patience); }

  Result<Reply> request(const std::string& method, const std::string& target,
                        const std::string& body = {}) const;

  // Reads a stream of server-sent events and calls `event` with the data of each, until it returns false or
  // the daemon ends the stream (then an error). A reply other than 200 is returned with its body.
  Result<Reply> follow(const std::string& target,
                       const std::function<bool(std::string_view data)>& event) const;

 private:
  std::string socket_;
  std::chrono::milliseconds patience_;
};

}  // namespace aerostat
