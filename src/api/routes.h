// The API without its wire: a request in, an answer out. It knows every path, method, parameter and status
// code, but no sockets. It accepts hostile targets and bodies.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "base/result.h"
#include "control/manager.h"

namespace aerostat {

struct ApiRequest {
  std::string method;  // "GET"
  std::string target;  // "/v1/vms/web/decisions?limit=5"
  std::string body;
};

struct ApiAnswer {
  int status = 200;
  std::string body;   // JSON
  std::string allow;  // with 405: the supported methods
  // Set: the client follows events from here on. There is no body; the connection streams.
  std::optional<std::uint64_t> follow_after;
};

// `may_change` is called only by requests that change something.
ApiAnswer answer(Manager& manager, const ApiRequest& request,
                 const std::function<Result<void>()>& may_change);

ApiAnswer error_answer(const Error& error);
int status_of(Error::Kind kind);

// One server-sent event: "id: 7\ndata: {…}\n\n".
std::string event_text(const EventRecord& event);

}  // namespace aerostat
