// Lines and fields of a CSV file, plain or gzip, read one after the other. A field may stand in double
// quotes; quotes and commas inside of a field are not known. Refuses lines that are too long, and what cannot
// be decompressed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

struct gzFile_s;

namespace aerostat::sim {

inline constexpr std::size_t kLongestCsvLine = 4096;
inline constexpr std::size_t kMostFields = 64;

class CsvLines {
 public:
  Result<void> open(const std::string& path);
  // The next line without its end, valid until the next call; nullopt at the end of the file.
  Result<std::optional<std::string_view>> next();
  std::uint64_t number() const { return number_; }  // of the last line, from 1
  // What to say of a mistake in the last line: its place; or that the file is damaged, for then the line only
  // shows it. Reads on to the end to know.
  Error mistake(Error in_line);

 private:
  struct Close {
    void operator()(gzFile_s* file) const;
  };
  std::optional<Error> damage(std::uint64_t good_lines) const;

  std::string path_;
  std::unique_ptr<gzFile_s, Close> file_;
  std::array<char, kLongestCsvLine + 2> buffer_{};
  std::uint64_t number_ = 0;
};

struct CsvFields {
  std::array<std::string_view, kMostFields> text;  // without blanks and quotes around
  std::size_t count = 0;

  // What is beyond kMostFields is left out.
  explicit CsvFields(std::string_view line);
};

}  // namespace aerostat::sim
