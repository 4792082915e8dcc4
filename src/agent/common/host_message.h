// HostMessage: one line from the host, parsed and bounded. A line that is not a message, or lacks what its
// type needs, is Kind::Nothing. The agent drops it, as it drops unknown types.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/common/reading.h"

namespace aerostat::agent {

struct HostMessage {
  enum class Kind { Nothing, Welcome, Reject, Who, Low, Expect, Prepare, Ping };
  Kind kind = Kind::Nothing;
  std::int64_t id = 0;             // Prepare, Ping
  std::int64_t kib = 0;            // Low: the mark; Expect: the total; Prepare: the amount
  Number keepalive_ms, sample_ms;  // Welcome; bounded, missing if the host left them out
  std::string_view reason{};       // Reject; points into the line
};

HostMessage read_host_line(std::string_view line);

}  // namespace aerostat::agent
