// A value of /etc/os-release, without its quotes: os_release_value(text, "VERSION_ID") is "12". Empty if it
// is not there. The view points into `text`.
#pragma once

#include <string_view>

namespace aerostat::agent {

inline std::string_view os_release_value(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with(key) || line.substr(key.size(), 1) != "=") continue;
    line.remove_prefix(key.size() + 1);
    const bool quoted = line.size() >= 2 && (line[0] == '"' || line[0] == '\'') && line.back() == line[0];
    return quoted ? line.substr(1, line.size() - 2) : line;
  }
  return {};
}

}  // namespace aerostat::agent
