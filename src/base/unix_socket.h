// Connecting to a unix socket, and which process is behind it: the kernel says it, not the peer. Never blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/process.h"

namespace aerostat {

// Made at once, or `error` is an errno. It is refused with EMFILE when it would take one of the last
// descriptors: those are for reading what the kernel says.
struct UnixConnection {
  int fd = -1;
  int error = 0;
};
UnixConnection connect_unix(const std::string& path);
inline constexpr int kSpareDescriptors = 32;

// Whoever called listen() on the other end of a connected socket. Missing: the kernel does not say, or the
// process is outside of this pid namespace.
std::optional<ProcessId> peer_process(int socket);

// For each VM two descriptors are needed: raises the limit of this process as far as it may. Returns the limit
// now.
std::uint64_t raise_descriptor_limit();

}  // namespace aerostat
