// Units of the service's tests: it counts memory in KiB and time in ns.
#pragma once

#include <cstdint>

namespace aerostat::agent {

inline constexpr std::int64_t kMiB = 1024;
inline constexpr std::int64_t kSecond = 1'000'000'000;

}  // namespace aerostat::agent
