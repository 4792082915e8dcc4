#include "sim/trace/recording_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "sim/trace/csv.h"

namespace aerostat::sim {

namespace {

constexpr double kLatestRecorded = 1e12;

// The target of each field of a line; nullptr: ignored.
struct Header {
  std::array<const recording::Column*, kMostFields> columns{};
  std::size_t time = kMostFields;
  std::size_t width = 0;
};

Result<Header> read_columns(std::string_view line) {
  const CsvFields fields(line);
  Header out;
  out.width = fields.count;
  bool levels = false;
  for (std::size_t i = 0; i < fields.count; ++i) {
    const auto* const twice = std::find(fields.text.begin(), fields.text.begin() + i, fields.text[i]);
    if (twice != fields.text.begin() + i)
      return fail(Error::Kind::Invalid,
                  fmt::format("the header has column '{}' twice; remove one", printable(*twice, 40)));
    if (fields.text[i] == recording::kTimeColumn) out.time = i;
    const auto find = [&](std::span<const recording::Column> columns) {
      for (const recording::Column& column : columns) {
        if (column.name == fields.text[i]) out.columns[i] = &column;
      }
    };
    find(recording::kColumns);
    find(recording::kHostColumns);
    levels = levels || (out.columns[i] != nullptr && (out.columns[i]->value == &recording::Row::used ||
                                                      out.columns[i]->value == &recording::Row::total));
  }
  if (out.time == kMostFields || !levels) {
    for (std::size_t i = 0; i < fields.count; ++i) {
      if (fields.text[i] == "need_mib")
        return fail(Error::Kind::Invalid, "this is a trace already; give it to aerostat simulate --trace");
    }
    return fail(Error::Kind::Invalid,
                fmt::format("the header has no column '{}'; it is no recording of aerostat-guest --record or "
                            "aerostat record",
                            out.time == kMostFields ? recording::kTimeColumn : "used_kib"));
  }
  return out;
}

Result<std::int64_t> time_ms(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !(std::abs(value) <= kLatestRecorded))
    return fail(Error::Kind::Invalid,
                fmt::format("time_s is '{}', not a number of seconds", printable(text, 40)));
  return std::llround(value * 1000);
}

Result<recording::Row> read_row(std::string_view line, const Header& header) {
  const CsvFields fields(line);
  if (fields.count != header.width)
    return fail(Error::Kind::Invalid,
                fmt::format("{} fields where the header has {}", fields.count, header.width));
  recording::Row row;
  const Result<std::int64_t> ms = time_ms(fields.text[header.time]);
  if (!ms) return fail(ms.error());
  row.ms = *ms;
  for (std::size_t i = 0; i < fields.count; ++i) {
    const std::string_view text = fields.text[i];
    if (header.columns[i] == nullptr || text.empty()) continue;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0)
      return fail(Error::Kind::Invalid, fmt::format("{} is '{}', not a whole number from 0 up",
                                                    header.columns[i]->name, printable(text, 40)));
    row.*header.columns[i]->value = value;
  }
  return row;
}

Result<void> read_lines(CsvLines& lines, const std::function<Result<void>(const recording::Row&)>& each) {
  std::optional<Header> header;
  std::optional<std::int64_t> last_ms;
  while (true) {
    const auto line = lines.next();
    if (!line) return fail(line.error());
    if (!*line) break;
    const std::string_view text = **line;
    if (text.empty() || text.front() == '#') continue;
    const auto here = [&](Error error) { return fail(lines.mistake(std::move(error))); };
    if (!header) {
      const auto read = read_columns(text);
      if (!read) return here(read.error());
      header = *read;
      continue;
    }
    const Result<recording::Row> row = read_row(text, *header);
    if (!row) return here(row.error());
    if (last_ms && row->ms < *last_ms)
      return here({Error::Kind::Invalid,
                   "its time lies before that of the row above; is this two recordings in one?"});
    last_ms = row->ms;
    if (Result<void> taken = each(*row); !taken) return here(taken.error());
  }
  if (!header) return fail(Error::Kind::Invalid, "is empty; a recording begins with a line of column names");
  return {};
}

}  // namespace

Result<void> read_recording(const std::string& path,
                            const std::function<Result<void>(const recording::Row&)>& each) {
  CsvLines lines;
  Result<void> done = lines.open(path);
  if (done) done = read_lines(lines, each);
  if (!done) return fail(std::move(done.error()).in("recording " + printable(path)));
  return {};
}

}  // namespace aerostat::sim
