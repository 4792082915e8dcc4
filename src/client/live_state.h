// LiveState: what the daemon's live stream has told, put together: the host and all VMs, as /v1/host and
// /v1/vms?all=1 would answer. Takes any text; what does not fit is left out.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "client/event_stream.h"

namespace aerostat {

class LiveState {
 public:
  using Json = nlohmann::ordered_json;

  // True: something may be new. The first event of a connection is the whole state.
  bool take(const StreamEvent& event);

  const Json& host() const { return host_; }
  Json vms() const;  // a list, by name

 private:
  void merge(const Json& change);

  Json host_ = Json::object();
  std::map<std::string, Json> vms_;
};

}  // namespace aerostat
