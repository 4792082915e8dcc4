#include "agent/common/host_message.h"

#include <algorithm>

#include "agent/common/json_reader.h"
#include "agent/common/messages.h"

namespace aerostat::agent {

namespace {

constexpr std::int64_t kMemoryMostKib = std::int64_t{1} << 40;  // 1 PiB: more is a mistake
// A host that asked for a shorter period would make the guest sample for its own sake. With a longer one it
// would never get a report.
constexpr std::int64_t kPeriodLeastMs = 10, kPeriodMostMs = 60'000;

using Kind = HostMessage::Kind;

// Reads a whole number within [least, most].
bool number(const JsonObject& object, std::string_view name, std::int64_t least, std::int64_t most,
            std::int64_t& out) {
  const JsonMember* member = object.find(name, JsonMember::Kind::Whole);
  if (member == nullptr || member->number < least || member->number > most) return false;
  out = member->number;
  return true;
}

Number period(const JsonObject& object, std::string_view name) {
  const JsonMember* member = object.find(name, JsonMember::Kind::Whole);
  if (member == nullptr) return {};
  return std::clamp(member->number, kPeriodLeastMs, kPeriodMostMs);
}

}  // namespace

HostMessage read_host_line(std::string_view line) {
  JsonObject object;
  HostMessage message;
  if (!object.read(line)) return message;
  const JsonMember* type = object.find("t", JsonMember::Kind::Text);
  if (type == nullptr) return message;
  const auto has = [&](std::string_view name, std::int64_t most, std::int64_t& out) {
    return number(object, name, 0, most, out);
  };
  const std::string_view t = type->text;
  if (t == "who") {
    message.kind = Kind::Who;
  } else if (t == "welcome") {
    const JsonMember* version = object.find("protocol", JsonMember::Kind::Pair);
    if (version == nullptr || version->number != kProtocolMajor) return message;
    message.kind = Kind::Welcome;
    message.keepalive_ms = period(object, "keepalive_ms");
    message.sample_ms = period(object, "sample_ms");
  } else if (t == "reject") {
    message.kind = Kind::Reject;
    if (const JsonMember* reason = object.find("reason", JsonMember::Kind::Text))
      message.reason = reason->text;
  } else if (t == "low") {
    if (has("avail_kib", kMemoryMostKib, message.kib)) message.kind = Kind::Low;
  } else if (t == "expect") {
    if (has("total_kib", kMemoryMostKib, message.kib)) message.kind = Kind::Expect;
  } else if (t == "prepare") {
    const bool whole = has("id", INT64_MAX, message.id) && has("amount_kib", kMemoryMostKib, message.kib);
    if (whole) message.kind = Kind::Prepare;
  } else if (t == "ping") {
    if (has("id", INT64_MAX, message.id)) message.kind = Kind::Ping;
  }
  return message;
}

}  // namespace aerostat::agent
