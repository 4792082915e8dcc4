// The API without its wire: a request in, an answer out. Knows every path, method, parameter and status code.
// Does not know sockets; takes hostile targets, headers and bodies.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "api/access.h"
#include "api/services.h"
#include "base/result.h"

namespace aerostat {

// Names of headers mean the same in upper and lower case.
struct IgnoreCase {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
using Headers = std::map<std::string, std::string, IgnoreCase>;

struct ApiRequest {
  std::string method;  // "GET"
  std::string target;  // "/v1/vms/web/decisions?limit=5"
  std::string body;
  Headers headers;
  Principal principal;
  bool over_tcp = false;
  bool encrypted = false;
};

// Bytes that are sent to many readers and exist once.
using SharedText = std::shared_ptr<const std::string>;

// A body that goes on. Asked on the reactor's thread, while the Manager lives.
class BodyStream {
 public:
  virtual ~BodyStream() = default;
  // What is to be sent now, of at most `most` bytes, or one piece that is larger. Null: nothing yet.
  virtual SharedText next(std::size_t most) = 0;
  // Sent after a long silence, so that nobody takes the connection for dead.
  virtual std::string_view sign_of_life() const = 0;
};

struct ApiAnswer {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  Headers headers;
  std::shared_ptr<BodyStream> stream;  // set: it is the body
};
// Called once, now or later on the reactor's thread.
using Reply = std::function<void(ApiAnswer)>;

void answer(const Services& services, const ApiRequest& request, const Reply& reply);

// A problem as of RFC 9457. `status`: where the kind alone does not say it.
ApiAnswer error_answer(const Error& error);
ApiAnswer error_answer(const Error& error, int status);
int status_of(Error::Kind kind);

}  // namespace aerostat
