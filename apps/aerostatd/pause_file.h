// That the daemon is paused, as a file in the state directory: there while it is, since when it was written.
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
  // On error it is as it was; the sentence says what comes of it.
  Result<void> keep(bool paused) const;

 private:
  std::string path_;
};

}  // namespace aerostat
