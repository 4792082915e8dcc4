#include "sim/trace/csv.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cerrno>
#include <cstring>

namespace aerostat::sim {

namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return text;
}

}  // namespace

void CsvLines::Close::operator()(gzFile_s* file) const { gzclose(file); }

Result<void> CsvLines::open(const std::string& path) {
  errno = 0;
  path_ = path;
  file_.reset(gzopen(path.c_str(), "rb"));
  number_ = 0;
  if (!file_) return fail(Error::Kind::NotFound, fmt::format("cannot be opened: {}", std::strerror(errno)));
  gzbuffer(file_.get(), 1U << 17U);
  return {};
}

// What zlib reports about a truncated or damaged file; none: nothing is wrong.
std::optional<Error> CsvLines::damage(std::uint64_t good_lines) const {
  int code = Z_OK;
  std::string_view text = gzerror(file_.get(), &code);
  if (code == Z_OK || code == Z_STREAM_END) return std::nullopt;
  if (text.starts_with(path_ + ": ")) text.remove_prefix(path_.size() + 2);
  const std::string where = good_lines > 0 ? fmt::format("after line {}: ", good_lines) : "";
  return Error{Error::Kind::Invalid,
               fmt::format("{}cannot be read: {}; is it a whole gzip file?", where, text)};
}

Result<std::optional<std::string_view>> CsvLines::next() {
  const z_off_t from = gztell(file_.get());
  if (gzgets(file_.get(), buffer_.data(), static_cast<int>(buffer_.size())) == nullptr) {
    if (auto error = damage(number_)) return fail(*error);
    return std::nullopt;
  }
  std::string_view line(buffer_.data(), static_cast<std::size_t>(gztell(file_.get()) - from));
  // A truncated file shows only where a line has no end.
  if (!line.ends_with('\n')) {
    if (auto error = damage(number_)) return fail(*error);
  }
  ++number_;
  if (line.find('\0') != std::string_view::npos)
    return fail(mistake({Error::Kind::Invalid, "has a zero byte; is this a text file?"}));
  if (line.size() + 1 == buffer_.size() && line.back() != '\n')
    return fail(mistake(
        {Error::Kind::Invalid,
         fmt::format("longer than {} characters; is this a trace or a recording?", kLongestCsvLine)}));
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  return line;
}

Error CsvLines::mistake(Error in_line) {
  Error here = std::move(in_line).in(fmt::format("line {}", number_));
  if (gzdirect(file_.get()) != 0) return here;  // not compressed: nothing can be damaged
  while (gzread(file_.get(), buffer_.data(), static_cast<unsigned>(buffer_.size())) > 0) {
  }
  auto damaged = damage(number_ - 1);
  return damaged ? std::move(*damaged) : std::move(here);
}

CsvFields::CsvFields(std::string_view line) {
  while (count < kMostFields) {
    const std::size_t comma = line.find(',');
    text[count++] = trimmed(line.substr(0, comma));
    if (comma == std::string_view::npos) break;
    line.remove_prefix(comma + 1);
  }
}

}  // namespace aerostat::sim
