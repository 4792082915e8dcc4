// WholeFile: a file that is written whole or not at all. Opening it shows at once whether it can be written,
// so that nobody waits for a result that cannot be stored. A pipe or a terminal is written directly. Refuses
// directories, and places that do not exist.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace aerostat {

class WholeFile {
 public:
  static Result<WholeFile> open(const std::string& path);
  WholeFile(WholeFile&& other) noexcept;
  WholeFile& operator=(WholeFile&&) = delete;
  // Without a commit nothing changes.
  ~WholeFile();

  Result<void> commit(std::string_view text);

 private:
  WholeFile() = default;
  std::string path_, shown_;
  std::string beside_;  // the temporary file until it is whole; empty: the file itself
  int fd_ = -1;
};

}  // namespace aerostat
