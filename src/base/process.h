// ProcessId: a process of this host, named for good. HostNumber: a number that the host's kernel gives, or
// why it is not there.
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

// A pid alone is given to another process one day.
struct ProcessId {
  pid_t pid = 0;
  std::optional<std::uint64_t> started;  // in clock ticks since boot; missing: it could not be read

  friend auto operator<=>(const ProcessId&, const ProcessId&) = default;
  // As far as is known.
  bool may_be(const ProcessId& other) const {
    return pid == other.pid && (!started || !other.started || *started == *other.started);
  }
};

// Of one process.
struct ProcessMemory {
  Bytes resident;                // huge pages included
  std::optional<Bytes> swapped;  // what this host paged out of it
};

}  // namespace aerostat
