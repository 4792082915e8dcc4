// SettingsStore: settings made while the daemon runs (`aerostat set`), kept in <directory>/settings.toml. A
// save is atomic: after a crash the file is the old one or the new one. It never overwrites a file that it
// has not understood. A damaged file, or one that someone else changed, is kept, and the save is refused with
// the remedy.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

class SettingsStore {
 public:
  using All = std::map<std::string, Settings>;  // by VM name

  explicit SettingsStore(std::string directory);

  const std::string& file() const { return file_; }
  // No file yet: nothing is set. A damaged file: one line "file:line:column: sentence" for each mistake.
  Result<All> load();
  // Creates a missing directory. On failure the file is unchanged.
  Result<void> save(const All& all);

 private:
  std::string directory_;
  std::string file_;
  // The file as last read or written. Empty text: there was none. Missing: not read yet, or not understood.
  std::optional<std::string> known_;
};

}  // namespace aerostat
