// What the host's kernel reports about its own memory and about a process. All paths are below a root
// directory, so that tests can supply their own /proc. An unreadable number is missing, never zero. For a
// process the result distinguishes gone from unreadable.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/process.h"

namespace aerostat {

class HostFiles {
 public:
  // Opens the file that must stay readable when no file can be opened any more: /proc/meminfo.
  explicit HostFiles(std::string root = "/");
  ~HostFiles();
  HostFiles(const HostFiles&) = delete;
  HostFiles& operator=(const HostFiles&) = delete;

  HostMemory memory() const;
  HostNumber<ProcessMemory> memory_of(pid_t pid) const;  // /proc/PID/status
  // When the process was started, in clock ticks since boot: with the pid, it names a process for good.
  HostNumber<std::uint64_t> started(pid_t pid) const;  // /proc/PID/stat

 private:
  Missing why_missing(pid_t pid, int error) const;
  HostNumber<std::string> read(pid_t pid, const char* file) const;

  std::string root_;
  mutable int meminfo_ = -1;
};

}  // namespace aerostat
