#include "host/proc_text.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace aerostat {

std::optional<std::int64_t> number_at_start(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data() || value < 0) return std::nullopt;
  return value;
}

std::optional<Bytes> size_in(std::string_view text, std::string_view key) {
  constexpr std::int64_t kMostKib = std::int64_t{1} << 50;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.starts_with(key)) continue;
    const auto kib = number_at_start(line.substr(key.size()));
    return kib && *kib <= kMostKib ? std::optional(Bytes::kib(*kib)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace aerostat
