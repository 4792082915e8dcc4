// What this host's kernel says of its own memory and of a process. Everything is read below a root directory,
// so that tests can bring their own /proc. A number that cannot be read is missing, never zero.
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
  // Huge pages included: /proc/PID/statm and status.
  std::optional<Bytes> resident(pid_t pid) const;
  // What this host paged out of it.
  std::optional<Bytes> swapped(pid_t pid) const;  // /proc/PID/status
  // When the process was started, in clock ticks since boot: with the pid, it names a process for good.
  std::optional<std::uint64_t> started(pid_t pid) const;  // /proc/PID/stat

 private:
  std::optional<Bytes> status(pid_t pid, std::string_view name) const;

  std::string root_;
};

}  // namespace aerostat
