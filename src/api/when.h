// Times as people and programs write them in a request: seconds since 1970, "2026-05-04T10:11:12Z",
// "2026-05-04" (midnight, in this host's time zone), or a span before now: "90s", "10m", "2h", "7d".
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace aerostat {

// Seconds since 1970, UTC: now.
std::int64_t wall_seconds();
// Seconds since 1970, UTC.
Result<std::int64_t> parse_when(std::string_view text, std::int64_t now);
// "2026-05-04T10:11:12Z"
std::string when_text(std::int64_t seconds);

}  // namespace aerostat
