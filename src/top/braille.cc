#include "top/braille.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace aerostat::top {

namespace {

// Of the dots, by column and by row from the top.
constexpr std::uint8_t kDots[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};

std::string character(std::uint8_t dots) {
  const unsigned point = 0x2800u + dots;
  return {static_cast<char>(0xE0u | (point >> 12)), static_cast<char>(0x80u | ((point >> 6) & 0x3Fu)),
          static_cast<char>(0x80u | (point & 0x3Fu))};
}

// How many of `rows` dots it reaches, from the bottom; at least one if there is anything.
std::size_t height(double value, double most, std::size_t dots) {
  if (!(most > 0) || !(value > 0)) return 0;
  const double part = std::min(1.0, value / most) * static_cast<double>(dots);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(part)));
}

}  // namespace

std::vector<std::string> chart(const std::vector<std::optional<double>>& line,
                               const std::vector<std::optional<double>>& filled, double most,
                               std::size_t columns, std::size_t rows) {
  std::vector<std::vector<std::uint8_t>> cells(rows, std::vector<std::uint8_t>(columns, 0));
  const std::size_t wide = columns * 2, high = rows * 4;
  const auto set = [&](std::size_t x, std::size_t up) {
    const std::size_t down = high - up;  // 0: the top
    cells[down / 4][x / 2] = static_cast<std::uint8_t>(cells[down / 4][x / 2] | kDots[x % 2][down % 4]);
  };
  const auto draw = [&](const std::vector<std::optional<double>>& values, bool fill) {
    const std::size_t count = std::min(values.size(), wide);
    for (std::size_t i = 0; i < count; ++i) {
      const std::optional<double>& value = values[values.size() - count + i];
      const std::size_t up = value ? height(*value, most, high) : 0;
      for (std::size_t dot = fill ? 1 : up; dot <= up && dot > 0; ++dot) set(wide - count + i, dot);
    }
  };
  draw(filled, true);
  draw(line, false);
  std::vector<std::string> out(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    for (const std::uint8_t dots : cells[row]) out[row] += dots == 0 ? std::string(" ") : character(dots);
  }
  return out;
}

std::string sparkline(const std::vector<std::optional<double>>& values, double most, std::size_t columns) {
  static constexpr const char* kBlocks[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  std::string out;
  const std::size_t count = std::min(values.size(), columns);
  out.append(columns - count, ' ');
  for (std::size_t i = values.size() - count; i < values.size(); ++i)
    out += values[i] ? kBlocks[height(*values[i], most, 8)] : " ";
  return out;
}

}  // namespace aerostat::top
