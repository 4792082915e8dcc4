// Reading a trace from CSV, plain or gzip.
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <optional>

#include "base/text.h"
#include "sim/trace/csv.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {

namespace {

// 1 EiB in MiB, and the year 2096 if time is since 1970. Larger values are mistakes, whatever they mean.
constexpr double kMostMib = 1e12;
constexpr double kLatestTime = 4e9;

enum Column : std::size_t { kTime, kVm, kNeed, kCache, kLimit, kColumns };
constexpr std::array<std::string_view, kColumns> kNames{"time_s", "vm", "need_mib", "cache_mib", "limit_mib"};
// The position of each column; kMostFields: absent.
using Places = std::array<std::size_t, kColumns>;

Result<Places> read_header(std::string_view line) {
  if (line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  const CsvFields fields(line);
  Places places;
  places.fill(kMostFields);
  for (std::size_t i = 0; i < fields.count; ++i) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      if (fields.text[i] != kNames[c]) continue;
      if (places[c] != kMostFields)
        return fail(Error::Kind::Invalid,
                    fmt::format("the header has column '{}' twice; remove one", kNames[c]));
      places[c] = i;
    }
  }
  for (const Column c : {kTime, kVm, kNeed}) {
    if (places[c] == kMostFields)
      return fail(Error::Kind::Invalid, fmt::format("the header has no column '{}'; it must be "
                                                    "time_s,vm,need_mib[,cache_mib][,limit_mib]",
                                                    kNames[c]));
  }
  return places;
}

Result<double> number(const CsvFields& fields, const Places& places, Column column, double least,
                      double most) {
  const std::string_view text = fields.text[places[column]];
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value) || value < least ||
      value > most) {
    return fail(Error::Kind::Invalid, fmt::format("{} is '{}', not a number from {:.0f} to {:.0f}",
                                                  kNames[column], printable(text, 40), least, most));
  }
  return value;
}

Result<void> add_line(Trace& trace, std::string_view line, const Places& places, std::size_t width) {
  const CsvFields fields(line);
  if (fields.count != width)
    return fail(Error::Kind::Invalid, fmt::format("{} fields where the header has {}", fields.count, width));
  const Result<double> time = number(fields, places, kTime, -kLatestTime, kLatestTime);
  if (!time) return fail(time.error());
  const Result<double> need = number(fields, places, kNeed, 0, kMostMib);
  if (!need) return fail(need.error());
  double cache = 0;
  double limit = 0;
  if (places[kCache] != kMostFields && !fields.text[places[kCache]].empty()) {
    const Result<double> value = number(fields, places, kCache, 0, kMostMib);
    if (!value) return fail(value.error());
    if (*value > *need)
      return fail(Error::Kind::Invalid,
                  fmt::format("cache_mib {} is more than need_mib {}, which contains it", *value, *need));
    cache = *value;
  }
  if (places[kLimit] != kMostFields && !fields.text[places[kLimit]].empty()) {
    const Result<double> value = number(fields, places, kLimit, 1, kMostMib);
    if (!value) return fail(value.error());
    limit = *value;
  }
  const std::string_view vm = fields.text[places[kVm]];
  if (vm.empty() || vm.size() > 64 || printable(vm, 100) != vm)
    return fail(Error::Kind::Invalid,
                fmt::format("vm is '{}'; a name has 1 to 64 printable ASCII characters", printable(vm, 64)));
  return trace.add(vm, {*time, static_cast<float>(*need), static_cast<float>(cache)}, limit);
}

Result<void> read_file(Trace& trace, const std::string& path) {
  CsvLines lines;
  if (auto opened = lines.open(path); !opened) return fail(opened.error());
  std::optional<Places> places;
  std::size_t width = 0;
  trace.set_straight(false);
  while (true) {
    const auto line = lines.next();
    if (!line) return fail(line.error());
    if (!*line) break;
    const std::string_view text = **line;
    if (!places && text.starts_with(kStraightLines)) trace.set_straight(true);
    if (text.empty() || text.front() == '#') continue;
    if (!places) {
      const auto header = read_header(text);
      if (!header) return fail(lines.mistake(header.error()));
      places = *header;
      width = CsvFields(text).count;
      continue;
    }
    if (auto ok = add_line(trace, text, *places, width); !ok) return fail(lines.mistake(ok.error()));
  }
  if (!places) return fail(Error::Kind::Invalid, "is empty; it must begin with time_s,vm,need_mib");
  return {};
}

}  // namespace

Result<Trace> Trace::read(const std::vector<std::string>& files) {
  Trace out;
  for (const std::string& file : files) {
    if (auto ok = read_file(out, file); !ok) return fail(Error{ok.error()}.in("trace " + printable(file)));
  }
  if (out.rows() == 0)
    return fail(Error::Kind::Invalid,
                fmt::format("trace {}: has a header and no rows", printable(files.front())));
  return out;
}

}  // namespace aerostat::sim
