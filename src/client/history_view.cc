#include "client/history_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/bytes.h"
#include "client/history_table.h"
#include "client/members.h"
#include "console/table.h"

namespace aerostat {

namespace {

constexpr std::size_t kChartHeight = 10;
constexpr std::size_t kMostChartWidth = 100;

struct Mark {
  char sign;
  const HistoryNumbers::Column* column;
};

// The numbers that a chart shows; of a VM what it has and what it needs, of the host what is promised.
std::vector<Mark> marks_of(const HistoryNumbers& numbers) {
  std::vector<Mark> out;
  const auto add = [&](char sign, std::string_view id) {
    const HistoryNumbers::Column* const column = numbers.find(id);
    if (column != nullptr && column->known()) out.push_back({sign, column});
  };
  add('a', "assigned_bytes");
  add('d', "demand_bytes");
  if (out.empty()) {
    add('-', "capacity_bytes");
    add('c', "committed_bytes");
  }
  return out;
}

double most_of(const std::vector<Mark>& marks) {
  double most = 1;
  for (const Mark& mark : marks) {
    for (const auto& value : mark.column->values) most = std::max(most, value.value_or(0));
  }
  return most;
}

std::string chart(const HistoryNumbers& numbers) {
  const std::vector<Mark> marks = marks_of(numbers);
  if (marks.empty()) return "";
  const std::size_t width = std::min(kMostChartWidth, numbers.times.size());
  const double most = most_of(marks);
  std::vector<std::string> lines(kChartHeight + 1, std::string(width, ' '));
  for (const Mark& mark : marks) {
    for (std::size_t x = 0; x < width; ++x) {
      const auto& value = mark.column->values[x * numbers.times.size() / width];
      if (!value) continue;
      const double share = std::clamp(*value / most, 0.0, 1.0);
      char& at = lines[kChartHeight - static_cast<std::size_t>(share * kChartHeight + 0.5)][x];
      at = at == ' ' ? mark.sign : '*';
    }
  }
  std::string out;
  for (std::size_t y = 0; y <= kChartHeight; ++y) {
    const bool labelled = y % 5 == 0;
    const double value = most * static_cast<double>(kChartHeight - y) / kChartHeight;
    out += fmt::format("{:>10} |{}\n", labelled ? history_value(*marks.front().column, value) : "", lines[y]);
  }
  out += fmt::format("{:>10} +{}\n", "", std::string(width, '-'));
  const std::string first = history_time(numbers.times.front()), last = history_time(numbers.times.back());
  out += fmt::format(
      "{:>11} {}{}{} UTC\n", "", first,
      std::string(width > first.size() + last.size() ? width - first.size() - last.size() : 1, ' '), last);
  std::string legend;
  for (const Mark& mark : marks)
    legend += fmt::format("{}{} {}", legend.empty() ? "" : ", ", mark.sign, mark.column->label);
  return out + fmt::format("{:>11} {}{}\n\n", "", legend, marks.size() > 1 ? ", * both" : "");
}

// 90 s, 10 min, 3 h, 347 d: in the largest unit that has a whole number of it.
std::string span(std::int64_t seconds) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 3> kUnits = {
      {{86400, "d"}, {3600, "h"}, {60, "min"}}};
  for (const auto& [unit, name] : kUnits) {
    if (seconds % unit == 0) return fmt::format("{} {}", seconds / unit, name);
  }
  return fmt::format("{} s", seconds);
}

}  // namespace

std::string render_history(const Json& table) {
  const HistoryNumbers numbers = history_numbers(table);
  if (numbers.times.empty()) return "Nothing was recorded in that time.\n";
  std::vector<std::vector<Cell>> rows;
  for (const HistoryNumbers::Column& column : numbers.columns) {
    double sum = 0, least = 0, most = 0;
    std::size_t count = 0;
    for (const auto& value : column.values) {
      if (!value) continue;
      least = count == 0 ? *value : std::min(least, *value);
      most = count == 0 ? *value : std::max(most, *value);
      sum += *value;
      ++count;
    }
    if (count == 0) continue;
    const auto cell = [&](const std::optional<double>& value) { return Cell{history_value(column, value)}; };
    rows.push_back({{column.label},
                    cell(least),
                    cell(sum / static_cast<double>(count)),
                    cell(most),
                    cell(column.values.back())});
  }
  const std::size_t count = numbers.times.size();
  return fmt::format("{}, {} of {}{}\n\n", numbers.of, count == 1 ? "1 row" : fmt::format("{} rows", count),
                     span(numbers.step), count == 1 ? "" : " each") +
         chart(numbers) +
         render_table({{"NUMBER"}, {"LEAST", true}, {"AVERAGE", true}, {"MOST", true}, {"LAST", true}}, rows,
                      false);
}

std::string history_csv(const Json& table) {
  const Json& columns = member(table, "columns");
  const Json& rows = member(table, "rows");
  if (!columns.is_array() || !rows.is_array()) return "";
  std::string out;
  for (const Json& column : columns)
    out +=
        (out.empty() ? "" : ",") + (column.is_string() ? clean(column.get_ref<const std::string&>()) : "?");
  out += '\n';
  for (const Json& row : rows) {
    std::string line;
    for (const Json& cell : row)
      line += (&cell == &row[0] ? "" : ",") + (cell.is_number() ? cell.dump() : "");
    out += line + '\n';
  }
  return out;
}

std::string render_history_status(const Json& status) {
  const auto text = [&](const char* key) { return text_at(status, key); };
  const auto or_dash = [](const std::string& told) { return told.empty() ? "-" : told; };
  const auto size = [&](const char* key) {
    const std::optional<Bytes> bytes = bytes_at(status, key);
    return bytes ? format_bytes(*bytes) : "-";
  };
  std::string out = fmt::format("history  {}\n", or_dash(text("history")));
  if (!text("note").empty()) out += fmt::format("note     {}\n", text("note"));
  if (!text("path").empty()) {
    out += fmt::format("file     {}\nsize     {} of at most {}\nsince    {}\n", text("path"),
                       size("used_bytes"), size("limit_bytes"), or_dash(text("oldest")));
  }
  return out;
}

}  // namespace aerostat
