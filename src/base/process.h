// ProcessId: identifies a process of this host for good. HostNumber: a number from the host's kernel, or the
// reason why it is missing.
#pragma once

#include <sys/types.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <tl/expected.hpp>

#include "base/bytes.h"

namespace aerostat {

// Unreadable is not gone: a file that cannot be opened says nothing about the process.
enum class Missing { Unreadable, Gone };
template <typename T>
using HostNumber = tl::expected<T, Missing>;

// A pid alone is eventually given to another process.
struct ProcessId {
  pid_t pid = 0;
  std::optional<std::uint64_t> started;  // in clock ticks since boot; missing: it could not be read

  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
  // As far as is known.
  bool may_be(const ProcessId& other) const {
    return pid == other.pid && (!started || !other.started || *started == *other.started);
  }
};

// Of the host. What cannot be read is missing.
struct HostMemory {
  std::optional<Bytes> total;
  std::optional<Bytes> available;  // MemAvailable
};

// Of one process.
struct ProcessMemory {
  Bytes resident;                // huge pages included
  std::optional<Bytes> swapped;  // the part that this host paged out
};

}  // namespace aerostat
