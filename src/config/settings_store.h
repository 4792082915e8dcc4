// SettingsStore: settings made while the daemon runs (`aerostat set`), kept in <directory>/settings.toml. A
// save is atomic: after a crash the file is the old one or the new one. It never overwrites a file that it
// has not understood. A damaged file, or one that someone else changed, is kept, and the save is refused with
// the remedy.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "base/result.h"
#include "model/settings.h"

namespace aerostat {

class SettingsStore {
 public:
  using All = std::map<std::string, Settings>;  // by VM name

  // What load() reads, and so what save() writes: some 6,000 VMs with all six settings.
  static constexpr std::size_t kMostBytes = std::size_t{1} << 20;

  explicit SettingsStore(std::string directory);

  const std::string& file() const { return file_; }
  // No file yet: nothing is set. A damaged file: one line "file:line:column: sentence" for each mistake.
  Result<All> load();
  // Makes the directory if it is missing, and waits for the disk. On failure the file is what it was.
  Result<void> save(const All& all);

  // Bytes of the file with these settings, and of one VM's part in it.
  static std::size_t size_of(const All& all);
  static std::size_t size_of(const std::string& vm, const Settings& settings);
  // The refusal of what would be larger than kMostBytes.
  static Error too_large();

 private:
  std::string directory_;
  std::string file_;
  // The file as last read or written. Empty text: there was none. Missing: not read yet, or not understood.
  std::optional<std::string> known_;
};

}  // namespace aerostat
