// Connects to a unix socket, and identifies the process behind it: the kernel reports it, not the peer. Never
// blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/process.h"

namespace aerostat {

// Created at once, or `error` is an errno. Fails with EMFILE if it would take one of the last descriptors:
// those are for reading the kernel's files.
struct UnixConnection {
  int fd = -1;
  int error = 0;
};
UnixConnection connect_unix(const std::string& path);
inline constexpr int kSpareDescriptors = 32;

// The process that called listen() on the other end of a connected socket. Missing: the kernel does not
// report it, or the process is outside this pid namespace.
std::optional<ProcessId> peer_process(int socket);

// Each VM needs two descriptors: raises the limit of this process as far as possible. Returns the limit now.
std::uint64_t raise_descriptor_limit();

}  // namespace aerostat
