// How the service paces itself, on every system.
#pragma once

#include <algorithm>
#include <charconv>
#include <string_view>

#include "agent/common/reading.h"
#include "agent/common/reporter.h"

namespace aerostat::agent {

// A port whose host is away says so at once. It is tried at this interval.
inline constexpr std::int64_t kPortRetry = 200 * kMs;
// Reads of one turn: a host that floods the agent must not stop it from looking at its memory.
inline constexpr int kReadsMost = 8;
inline constexpr std::int64_t kHousekeeping = 1000 * kMs;

// The value of --sample-ms, 10 to 10000, in nanoseconds. Missing: it is no such number.
inline Number sample_interval(std::string_view word) {
  int ms = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), ms);
  if (error != std::errc{} || stop != word.data() + word.size() || ms < 10 || ms > 10'000) return {};
  return ms * kMs;
}

// What programs can still take. They are refused memory when either is used up.
inline Number room_left(const Reading& reading) {
  if (!reading.avail_kib || !reading.commit_room_kib) return reading.avail_kib;
  return std::min(*reading.avail_kib, *reading.commit_room_kib);
}

}  // namespace aerostat::agent
