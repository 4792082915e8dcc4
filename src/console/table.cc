#include "console/table.h"

#include <algorithm>
#include <cstdint>

namespace aerostat {

namespace {

// The length of the UTF-8 sequence at the front of `text` and its code point; length 0: not UTF-8.
struct Decoded {
  std::size_t length = 0;
  std::uint32_t point = 0;
};

Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  if (length == 0 || first > 0xF4 || text.size() < length) return {};
  std::uint32_t point = first & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0u) != 0x80u) return {};
    point = (point << 6) | (byte(i) & 0x3Fu);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return {};
  return {length, point};
}

bool harmless(std::uint32_t c) {
  if (c < 0x20 || (c >= 0x7F && c <= 0x9F)) return false;                          // control
  if (c == 0xAD || c == 0x61C || c == 0xFEFF) return false;                        // invisible
  if (c >= 0x200B && c <= 0x200F) return false;                                    // zero width, direction
  if ((c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F)) return false;  // line breaks, direction
  return true;
}

struct Range {
  std::uint32_t first, last;
};

// East Asian wide and full-width characters, and pictures, take two columns of a terminal.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE10, 0xFE19},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
// Marks that stand on the character before them take none.
constexpr Range kMarks[] = {
    {0x300, 0x36F},   {0x483, 0x489},   {0x591, 0x5BD},   {0x1AB0, 0x1AFF},   {0x1DC0, 0x1DFF},
    {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xE0100, 0xE01EF},
};

std::size_t columns_of(std::uint32_t c) {
  const auto in = [c](const Range& range) { return c >= range.first && c <= range.last; };
  if (std::ranges::any_of(kMarks, in)) return 0;
  return std::ranges::any_of(kWide, in) ? 2 : 1;
}

// The first character of clean text: its bytes, and the columns that it takes. What is not UTF-8 takes one.
struct Character {
  std::size_t bytes, columns;
};
Character first_of(std::string_view text) {
  if (static_cast<unsigned char>(text[0]) < 0x80) return {1, 1};
  const Decoded next = decode(text);
  return next.length == 0 ? Character{1, 1} : Character{next.length, columns_of(next.point)};
}

const char* code_of(Colour colour) {
  switch (colour) {
    case Colour::Green: return "\033[32m";
    case Colour::Yellow: return "\033[33m";
    case Colour::Red: return "\033[1;31m";
    case Colour::Dim: return "\033[2m";
    case Colour::None: break;
  }
  return "";
}

}  // namespace

std::string clean(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const Decoded next = decode(text);
    if (next.length == 0) {
      out += '?';
      text.remove_prefix(1);
      continue;
    }
    if (harmless(next.point))
      out += text.substr(0, next.length);
    else
      out += '?';
    text.remove_prefix(next.length);
  }
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t out = 0;
  while (!text.empty()) {
    const Character next = first_of(text);
    out += next.columns;
    text.remove_prefix(next.bytes);
  }
  return out;
}

std::string shortened(std::string_view text, std::size_t most) {
  if (width_of(text) <= most) return std::string(text);
  if (most == 0) return "";
  std::size_t bytes = 0, columns = 0;
  while (bytes < text.size()) {
    const Character next = first_of(text.substr(bytes));
    if (columns + next.columns >= most) break;
    columns += next.columns;
    bytes += next.bytes;
  }
  return std::string(text.substr(0, bytes)) + "…";
}

std::string coloured(std::string_view text, Colour colour, bool use) {
  if (!use || colour == Colour::None) return std::string(text);
  return code_of(colour) + std::string(text) + "\033[0m";
}

std::string render_table(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                         bool colour) {
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::size_t most = width_of(columns[i].title);
    for (const auto& row : rows) most = std::max(most, width_of(row[i].text));
    widths.push_back(most);
  }
  std::string out;
  const auto line = [&](const auto& text_of, const auto& colour_of) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string& text = text_of(i);
      const std::string gap(widths[i] - width_of(text), ' ');
      const bool last = i + 1 == columns.size();
      if (columns[i].right) out += gap;
      out += coloured(text, colour_of(i), colour);
      if (!columns[i].right && !last) out += gap;
      if (!last) out += "  ";
    }
    while (out.ends_with(' ')) out.pop_back();  // the last cells may be empty
    out += '\n';
  };
  line([&](std::size_t i) -> const std::string& { return columns[i].title; },
       [](std::size_t) { return Colour::Dim; });
  for (const auto& row : rows) {
    line([&](std::size_t i) -> const std::string& { return row[i].text; },
         [&](std::size_t i) { return row[i].colour; });
  }
  return out;
}

}  // namespace aerostat
