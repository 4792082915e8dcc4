// Lines and fields of a CSV file, plain or gzip, read one after the other. A field may be in double quotes;
// quotes and commas inside a field are not supported. Refuses lines that are too long, and data that cannot
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
  // The place of a mistake in the last line for an error; or that the file is damaged, which such a line then
  // only shows. Reads on to the end to find out.
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
  std::array<std::string_view, kMostFields> text;  // without surrounding blanks and quotes
  std::size_t count = 0;

  // Fields beyond kMostFields are dropped.
  explicit CsvFields(std::string_view line);
};

}  // namespace aerostat::sim
