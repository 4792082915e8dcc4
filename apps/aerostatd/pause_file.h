// The paused state of the daemon, as a file in the state directory. It exists while the daemon is paused, and
// its time is the start of the pause.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "model/report.h"

namespace aerostat {

class PauseFile {
 public:
  explicit PauseFile(const std::string& directory) : path_(directory + "/paused") {}
  std::optional<WallTime> since() const;
  // On error nothing has changed. The sentence states the consequence.
  Result<void> keep(bool paused) const;

 private:
  std::string path_;
};

}  // namespace aerostat
