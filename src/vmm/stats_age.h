// The age of a balloon's statistics. QEMU and libvirt give their time in seconds of the host's wall clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "base/clock.h"

namespace aerostat {

// Never negative, whatever the guest or the clock did.
inline Duration stats_age(std::uint64_t updated) {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  const auto then =
      std::chrono::seconds(static_cast<std::int64_t>(std::min<std::uint64_t>(updated, 1ULL << 40)));
  return std::max(Duration(now - then), Duration(0));
}

}  // namespace aerostat
