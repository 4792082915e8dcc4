// What on this host keeps memory from moving, or VMs from being safe: swap, limits of cgroups, open files,
// the clock, and what processes lock. All paths are below a root directory, as of HostFiles. What cannot be
// read is missing, never zero.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>

#include "base/bytes.h"

namespace aerostat {

// The smallest memory limit on the way from a process's cgroup to the root.
struct CgroupLimit {
  bool known = false;          // the limits could be read
  std::optional<Bytes> limit;  // missing, though known: there is none
  std::string cgroup;          // that has it: "/machine.slice"
};

struct HostHealth {
  std::optional<Bytes> swap_total, swap_free;
  CgroupLimit own_limit;  // of this process
  std::optional<std::uint64_t> descriptors_open, descriptors_most;
  std::optional<bool> refuses_overcommit;  // vm.overcommit_memory=2
};

// What the kernel says of one process.
struct ProcessHealth {
  std::optional<Bytes> locked;   // or pinned by a device: it cannot be given back
  std::optional<Bytes> huge;     // in huge pages of hugetlbfs: a balloon returns none
  std::optional<Bytes> swapped;  // by this host
  CgroupLimit limit;
};

HostHealth host_health(const std::string& root = "/");
ProcessHealth process_health(pid_t pid, const std::string& root = "/");

}  // namespace aerostat
