// What is known of VMs and cannot be seen again, as a file in the runtime directory: it outlives the daemon,
// and not the host, because an entry is about a process. Another version's file is not read.
#pragma once

#include <string>
#include <vector>

#include "control/ports.h"

namespace aerostat {

class MemoriesFile {
 public:
  explicit MemoriesFile(const std::string& directory) : path_(directory + "/memories") {}
  // What an earlier daemon wrote. Entries that make no sense are left out; a damaged file is logged.
  std::vector<VmMemory> recall() const;
  // Replaces everything, and does not wait for the disk. A file that cannot be written is logged.
  void remember(const std::vector<VmMemory>& memories) const;

 private:
  std::string path_;
};

}  // namespace aerostat
