// HistoryNumbers: the columns of an answer of /v1/history as numbers, for charts.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

namespace aerostat {

using Json = nlohmann::ordered_json;

struct HistoryNumbers {
  struct Column {
    std::string id;     // "assigned_bytes"
    std::string label;  // "assigned"
    std::vector<std::optional<double>> values;
    bool bytes() const { return id.ends_with("_bytes"); }
    bool known() const;
  };
  std::string of;
  bool each = false;  // a column is a VM
  std::int64_t step = 1;
  std::vector<std::int64_t> times;  // seconds since 1970
  std::vector<Column> columns;      // without the time

  const Column* find(std::string_view id) const;
};
HistoryNumbers history_numbers(const Json& table);

// "1.38 GiB", "87.5 %", "12".
std::string history_value(const HistoryNumbers::Column& column, const std::optional<double>& value);
// "2026-05-04 10:11:12" UTC
std::string history_time(std::int64_t seconds);

}  // namespace aerostat
