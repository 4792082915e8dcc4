// A chart of a history as a picture.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "client/history_table.h"
#include "client/history_view.h"

namespace aerostat {

namespace {

constexpr double kWidth = 960, kHeight = 400, kLeft = 90, kRight = 20, kTop = 40, kBottom = 60;
// Told apart also by those who see few colours (Okabe and Ito).
constexpr std::array<const char*, 7> kColours = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                                 "#e69f00", "#56b4e9", "#000000"};
constexpr std::size_t kMostLines = 40;

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

struct Scale {
  double from = 0, to = 1, most = 1;
  double x(std::int64_t time) const {
    return kLeft + (static_cast<double>(time) - from) / (to - from) * (kWidth - kLeft - kRight);
  }
  double y(double value) const {
    return kHeight - kBottom - std::clamp(value / most, 0.0, 1.0) * (kHeight - kTop - kBottom);
  }
};

// Sizes share one axis; other numbers would need their own.
std::vector<const HistoryNumbers::Column*> lines_of(const HistoryNumbers& numbers) {
  std::vector<const HistoryNumbers::Column*> out;
  for (const HistoryNumbers::Column& column : numbers.columns) {
    const bool peak = column.id.ends_with("_peak_bytes");
    if ((column.bytes() || numbers.each) && !peak && column.known() && out.size() < kMostLines)
      out.push_back(&column);
  }
  return out;
}

// Where a value is missing, the line ends.
std::string path_of(const HistoryNumbers& numbers, const HistoryNumbers::Column& column, const Scale& scale) {
  std::string out;
  bool drawing = false;
  for (std::size_t i = 0; i < numbers.times.size(); ++i) {
    const auto& value = column.values[i];
    if (value)
      out += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", scale.x(numbers.times[i]), scale.y(*value));
    drawing = value.has_value();
  }
  return out;
}

}  // namespace

std::string history_svg(const Json& table) {
  const HistoryNumbers numbers = history_numbers(table);
  const auto lines = lines_of(numbers);
  Scale scale;
  if (!numbers.times.empty()) {
    scale.from = static_cast<double>(numbers.times.front());
    scale.to = std::max(static_cast<double>(numbers.times.back()), scale.from + 1);
  }
  for (const HistoryNumbers::Column* const column : lines) {
    for (const auto& value : column->values) scale.most = std::max(scale.most, value.value_or(0));
  }
  std::string out = fmt::format(
      R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {0:g} {1:g}" font-family="sans-serif" font-size="12">)"
      "\n<title>Memory of {2}</title>\n"
      R"(<rect width="{0:g}" height="{1:g}" fill="#ffffff"/>)"
      "\n",
      kWidth, kHeight, escaped(numbers.of));
  for (int i = 0; i <= 4 && !lines.empty(); ++i) {
    const double value = scale.most * i / 4;
    out += fmt::format(
        R"(<path d="M{:g} {:.1f}H{:g}" stroke="#dddddd"/><text x="{:g}" y="{:.1f}" text-anchor="end">{}</text>)"
        "\n",
        kLeft, scale.y(value), kWidth - kRight, kLeft - 8, scale.y(value) + 4,
        escaped(history_value(*lines.front(), value)));
  }
  double x = kLeft;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const char* const colour = kColours.at(i % kColours.size());
    out += fmt::format(R"(<path d="{}" fill="none" stroke="{}" stroke-width="1.5"/>)"
                       "\n",
                       path_of(numbers, *lines[i], scale), colour);
    if (x > kWidth - 120) continue;
    out += fmt::format(R"(<text x="{:.0f}" y="20" fill="{}">{}</text>)"
                       "\n",
                       x, colour, escaped(lines[i]->label));
    x += 24 + 7.0 * static_cast<double>(lines[i]->label.size());
  }
  if (lines.empty()) {
    out += R"(<text x="480" y="200" text-anchor="middle">Nothing was recorded in that time.</text>)"
           "\n";
  } else {
    const double y = kHeight - kBottom + 24;
    out += fmt::format(
        R"(<text x="{:g}" y="{:g}">{}</text><text x="{:g}" y="{:g}" text-anchor="end">{} UTC</text>)"
        "\n",
        kLeft, y, history_time(numbers.times.front()), kWidth - kRight, y,
        history_time(numbers.times.back()));
  }
  return out + "</svg>\n";
}

}  // namespace aerostat
