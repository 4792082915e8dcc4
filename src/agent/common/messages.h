// The agent's messages to the host (docs/design/protocol.md). Each function fills `out` and returns the line.
// An empty view means that it did not fit, which only extremely long text could cause.
#pragma once

#include <optional>
#include <string_view>

#include "agent/common/line_writer.h"
#include "agent/common/reading.h"

namespace aerostat::agent {

inline constexpr int kProtocolMajor = 1;
inline constexpr int kProtocolMinor = 0;

struct Identity {
  std::string_view agent;  // this program's version
  std::string_view os;     // "linux", "windows"
  std::string_view release;
  std::string_view boot_id;
  // Left out where it is empty or missing.
  std::string_view name, version, edition, arch, suite;
  Number service_pack;
  bool compacts = false;
  bool hooks = false;  // programs of the owner hear of a shrink first
  bool onlines = false;
  bool relaxes_overcommit = false;
  bool balloon_in_total = false;  // total and promised memory count what the balloon holds
};

std::string_view hello_line(LineWriter& out, const Identity& who);
std::string_view sample_line(LineWriter& out, std::int64_t seq, Cause why, const Reading& now,
                             Number low_since_ns);
std::string_view pong_line(LineWriter& out, std::int64_t id, std::int64_t ns);
// `refusal`: a program asks the host to take elsewhere; empty: none does.
std::string_view prepared_line(LineWriter& out, std::int64_t id, std::string_view refusal = {});
std::string_view notice_line(LineWriter& out, std::string_view what, std::string_view text);

}  // namespace aerostat::agent
