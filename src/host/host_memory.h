// What the host's kernel reports about its own memory and about a process. All paths are below a root
// directory, so that tests can supply their own /proc. An unreadable number is missing, never zero.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace aerostat {

struct HostMemory {
  std::optional<Bytes> total;
  std::optional<Bytes> available;
};

class HostFiles {
 public:
  explicit HostFiles(std::string root = "/");
  HostMemory memory() const;  // /proc/meminfo
  // Includes huge pages: /proc/PID/statm and status.
  std::optional<Bytes> resident(pid_t pid) const;
  // The part of it that this host paged out.
  std::optional<Bytes> swapped(pid_t pid) const;  // /proc/PID/status
  // Start time of the process, in clock ticks since boot. Together with the pid it identifies a process for
  // good.
  std::optional<std::uint64_t> started(pid_t pid) const;  // /proc/PID/stat

 private:
  std::optional<Bytes> status(pid_t pid, std::string_view name) const;

  std::string root_;
};

}  // namespace aerostat
