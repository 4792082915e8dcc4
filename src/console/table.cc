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
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

std::string shortened(std::string_view text, std::size_t most) {
  if (width_of(text) <= most) return std::string(text);
  std::string out;
  std::size_t characters = 0;
  for (const char c : text) {
    const bool begins = (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
    if (begins && ++characters >= most) break;
    out += c;
  }
  return most == 0 ? "" : out + "…";
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
