#include "client/history_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "client/members.h"
#include "console/table.h"

namespace aerostat {

namespace {

constexpr double kMostBytes = 9e15;
constexpr std::int64_t kLastTime = 253402300799;  // the year 9999

const Json& array(const Json& object, const char* key) {
  static const Json kNone = Json::array();
  const Json& value = member(object, key);
  return value.is_array() ? value : kNone;
}

// "demand_peak_bytes" -> "demand peak"
std::string label_of(std::string id) {
  for (const std::string_view end : {"_bytes", "_percent"}) {
    if (id.ends_with(end)) id.resize(id.size() - end.size());
  }
  std::replace(id.begin(), id.end(), '_', ' ');
  return id;
}

}  // namespace

bool HistoryNumbers::Column::known() const {
  return std::any_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
}

const HistoryNumbers::Column* HistoryNumbers::find(std::string_view id) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.id == id; });
  return found == columns.end() ? nullptr : &*found;
}

HistoryNumbers history_numbers(const Json& table) {
  HistoryNumbers out;
  out.of = text_at(table, "of");
  out.each = out.of.ends_with("_bytes") || out.of.ends_with("_percent");
  if (table.is_object() && table.contains("step_s") && table["step_s"].is_number_integer())
    out.step = std::max<std::int64_t>(1, table["step_s"].get<std::int64_t>());
  const Json& columns = array(table, "columns");
  for (std::size_t i = 1; i < columns.size(); ++i) {
    HistoryNumbers::Column& column = out.columns.emplace_back();
    const std::string name = columns[i].is_string() ? clean(columns[i].get_ref<const std::string&>()) : "?";
    column.id = out.each ? out.of : name;
    column.label = out.each ? name : label_of(name);
  }
  for (const Json& row : array(table, "rows")) {
    if (!row.is_array() || row.empty() || !row[0].is_number()) continue;
    // A time out of range becomes the nearest possible one.
    out.times.push_back(
        static_cast<std::int64_t>(std::clamp(row[0].get<double>(), 0.0, static_cast<double>(kLastTime))));
    for (std::size_t i = 0; i < out.columns.size(); ++i) {
      const bool known = i + 1 < row.size() && row[i + 1].is_number();
      out.columns[i].values.push_back(known ? std::optional(row[i + 1].get<double>()) : std::nullopt);
    }
  }
  return out;
}

std::string history_value(const HistoryNumbers::Column& column, const std::optional<double>& value) {
  if (!value || !std::isfinite(*value)) return "-";
  if (column.bytes() && std::abs(*value) < kMostBytes) return format_bytes(Bytes::of(std::llround(*value)));
  if (column.id.ends_with("_percent")) return fmt::format("{:.1f} %", *value);
  return fmt::format("{:.4g}", *value);
}

std::string history_time(std::int64_t seconds) {
  const std::int64_t bounded = std::clamp<std::int64_t>(seconds, 0, kLastTime);
  const std::chrono::year_month_day on{std::chrono::sys_days(std::chrono::days(bounded / 86400))};
  const std::int64_t rest = bounded % 86400;
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(on.year()),
                     static_cast<unsigned>(on.month()), static_cast<unsigned>(on.day()), rest / 3600,
                     rest / 60 % 60, rest % 60);
}

}  // namespace aerostat
