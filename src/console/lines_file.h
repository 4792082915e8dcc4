// LinesFile: a file that grows line by line. Each line goes to the system as a whole; gzip if the name ends
// in .gz. A gzip file can be read up to the last flush, however the program ends. "-": a stream. Does not
// overwrite a file unless told to.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "console/gzip.h"

namespace aerostat {

class LinesFile {
 public:
  static Result<LinesFile> open(const std::string& path, bool force, std::ostream& out);
  LinesFile(LinesFile&& other) noexcept;
  LinesFile& operator=(LinesFile&&) = delete;
  ~LinesFile();

  Result<void> add(std::string_view line, bool flush);
  Result<void> finish();

 private:
  LinesFile() = default;
  Result<void> write(std::string_view text);

  std::string path_;
  int fd_ = -1;  // or out_
  std::ostream* out_ = nullptr;
  std::optional<Gzip> gzip_;
};

}  // namespace aerostat
