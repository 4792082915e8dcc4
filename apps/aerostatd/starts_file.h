// The starts that have not ended, as a file in the runtime directory: what was promised outlives the daemon,
// and not the host.
#pragma once

#include <string>
#include <vector>

#include "model/start.h"

namespace aerostat {

class StartsFile {
 public:
  explicit StartsFile(const std::string& directory) : path_(directory + "/starts") {}
  // What an earlier daemon wrote. Entries that make no sense are left out.
  std::vector<StartReport> recall() const;
  // Replaces everything. A file that cannot be written is logged.
  void remember(const std::vector<StartReport>& starts) const;

 private:
  std::string path_;
};

}  // namespace aerostat
