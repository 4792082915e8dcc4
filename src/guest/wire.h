// The wire protocol of docs/design/protocol.md, host side: parses one line from a guest, and makes the lines
// for it. Every byte read is hostile. Length, depth, types and ranges are bounded here; the session checks
// whether the numbers are consistent. Unknown members and unknown types are not errors.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"
#include "guest/guest_link.h"
#include "model/guest_sample.h"
#include "model/guest_system.h"

namespace aerostat::wire {

struct Version {
  int major = 0;
  int minor = 0;
};
inline constexpr Version kOurs{1, 0};

// A moment on the guest's own clock. Not comparable with ours before ClockOffset has converted it.
using GuestTime = std::chrono::nanoseconds;

struct Hello {
  Version version;
  std::string agent;  // this and all other text is printable and short
  std::string boot_id;
  GuestSystem system;
  bool can_compact = false;
  bool asks_programs = false;  // before a shrink
  bool can_online = false;
  bool relaxes_overcommit = false;
  bool balloon_in_total = false;
};

struct Sample {
  std::uint64_t sequence = 0;
  std::optional<GuestTime> at;
  SampleCause cause = SampleCause::Keepalive;
  GuestSample numbers;
  std::optional<GuestTime> low_since;
};

struct Pong {
  std::int64_t id = 0;
  GuestTime at{};
};

struct Prepared {
  std::int64_t id = 0;
  std::string refusal;  // printable; empty: nobody in the guest refuses
};

struct Notice {
  std::string what;  // printable
  std::string text;
};

// A type that this version does not know: to be ignored.
struct Unknown {};

using Message = std::variant<Unknown, Hello, Sample, Pong, Prepared, Notice>;

// `line` without its newline. The error states in one clause what is wrong with it, in our words only.
Result<Message> parse(std::string_view line);

// Each with its newline.
std::string welcome(Version chosen, Duration keepalive, Duration sample);
std::string reject(std::string_view reason);
std::string who();
std::string low(Bytes available);
std::string expect(Bytes total);
std::string prepare(std::int64_t id, Bytes amount);
std::string ping(std::int64_t id);

}  // namespace aerostat::wire
