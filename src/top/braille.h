// Charts of braille characters: two by four dots in each. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace aerostat::top {

// `values`: the newest last; a missing one leaves a gap. Two values a character: the newest 2 × columns are
// shown, at the right edge. `line` is drawn as dots; the area below `filled` is full. Rows from the top.
// `most` is the top of the chart.
std::vector<std::string> chart(const std::vector<std::optional<double>>& line,
                               const std::vector<std::optional<double>>& filled, double most,
                               std::size_t columns, std::size_t rows);

// One row of blocks, the newest last; a missing value is a space.
std::string sparkline(const std::vector<std::optional<double>>& values, double most, std::size_t columns);

}  // namespace aerostat::top
