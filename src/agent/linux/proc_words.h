// Words and numbers of the texts of /proc and of cgroups. Pure. Text that is not a number is missing.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aerostat::agent {

inline std::string_view take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

// The next word; empty at the end of the line.
inline std::string_view take_word(std::string_view& line) {
  std::size_t start = 0;
  while (start < line.size() && line[start] == ' ') ++start;
  std::size_t end = start;
  while (end < line.size() && line[end] != ' ') ++end;
  const std::string_view word = line.substr(start, end - start);
  line.remove_prefix(end);
  return word;
}

inline std::optional<std::int64_t> whole(std::string_view word) {
  std::int64_t value = 0;
  const auto [stop, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || stop != word.data() + word.size() || value < 0) return {};
  return value;
}

template <typename Into>
struct Wanted {
  std::string_view name;
  std::optional<std::int64_t> Into::* into;
};

// "name value …" lines, in any order.
template <typename Into, std::size_t kCount>
void read_table(std::string_view text, const Wanted<Into> (&wanted)[kCount], Into& into) {
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    for (const Wanted<Into>& one : wanted) {
      if (name != one.name) continue;
      into.*one.into = whole(take_word(line));
      break;
    }
  }
}

}  // namespace aerostat::agent
