// Text for the screen: cleaned, and laid out in columns. Pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace aerostat {

// All text from a daemon passes through here before it reaches a terminal: control characters, broken UTF-8
// and characters that reorder a line become '?'. Other UTF-8 stays.
std::string clean(std::string_view text);

// The columns of a terminal that clean text takes, for alignment.
std::size_t width_of(std::string_view text);

// At most so many columns; the last is '…' if some characters are missing.
std::string shortened(std::string_view text, std::size_t most);

enum class Colour { None, Green, Yellow, Red, Dim };
std::string coloured(std::string_view text, Colour colour, bool use);

struct Cell {
  std::string text;
  Colour colour = Colour::None;
};

struct Column {
  std::string title;
  bool right = false;  // numbers
};

// Two spaces between columns, no spaces at the ends of lines. Each row has as many cells as there are
// columns.
std::string render_table(const std::vector<Column>& columns, const std::vector<std::vector<Cell>>& rows,
                         bool colour);

}  // namespace aerostat
