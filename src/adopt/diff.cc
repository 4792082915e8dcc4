#include "adopt/diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace aerostat {

namespace {

using Lines = std::vector<std::string_view>;
constexpr std::size_t kContext = 2;
// Above this the middle is shown as removed and added: a table of this many cells takes 16 MiB.
constexpr std::size_t kMostCells = std::size_t{4} << 20;

struct Line {
  char mark;
  std::string_view text;
};

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    out.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

// Lengths of the longest common part from each pair of places on.
std::vector<std::uint32_t> common_lengths(const Lines& a, const Lines& b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::uint32_t> out((a.size() + 1) * width);
  for (std::size_t i = a.size(); i-- > 0;) {
    for (std::size_t j = b.size(); j-- > 0;) {
      out[i * width + j] = a[i] == b[j] ? out[(i + 1) * width + j + 1] + 1
                                        : std::max(out[(i + 1) * width + j], out[i * width + j + 1]);
    }
  }
  return out;
}

void compare(const Lines& a, const Lines& b, std::vector<Line>& out) {
  std::size_t i = 0, j = 0;
  if (a.size() * b.size() <= kMostCells) {
    const std::vector<std::uint32_t> common = common_lengths(a, b);
    const std::size_t width = b.size() + 1;
    while (i < a.size() && j < b.size()) {
      if (a[i] == b[j]) {
        out.push_back({' ', a[i++]});
        ++j;
      } else if (common[(i + 1) * width + j] >= common[i * width + j + 1]) {
        out.push_back({'-', a[i++]});
      } else {
        out.push_back({'+', b[j++]});
      }
    }
  }
  while (i < a.size()) out.push_back({'-', a[i++]});
  while (j < b.size()) out.push_back({'+', b[j++]});
}

}  // namespace

std::string line_diff(std::string_view before, std::string_view after) {
  Lines a = lines_of(before), b = lines_of(after);
  std::size_t head = 0, tail = 0;
  const std::size_t shorter = std::min(a.size(), b.size());
  while (head < shorter && a[head] == b[head]) ++head;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;

  std::vector<Line> all;
  for (std::size_t i = 0; i < head; ++i) all.push_back({' ', a[i]});
  compare(Lines(a.begin() + static_cast<std::ptrdiff_t>(head), a.end() - static_cast<std::ptrdiff_t>(tail)),
          Lines(b.begin() + static_cast<std::ptrdiff_t>(head), b.end() - static_cast<std::ptrdiff_t>(tail)),
          all);
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) all.push_back({' ', a[i]});

  std::string out;
  std::size_t shown = 0;  // lines before this place are shown or left out
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].mark == ' ') continue;
    const std::size_t from = std::max(shown, i - std::min(i, kContext));
    if (from > shown) out += "  ...\n";
    std::size_t to = i;
    while (to < all.size() && all[to].mark != ' ') ++to;
    to = std::min(all.size(), to + kContext);
    for (std::size_t k = from; k < to; ++k) {
      out += all[k].mark;
      out += ' ';
      out += all[k].text;
      out += '\n';
    }
    shown = to;
    i = to - 1;
  }
  return out;
}

}  // namespace aerostat
