// Texts of /proc and of cgroups. What is not there, or makes no sense, is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace aerostat {

// The number that a text begins with, after blanks: 0 up to 2^63 - 1.
std::optional<std::int64_t> number_at_start(std::string_view text);

// Of the first line that begins with the key, as in "MemTotal:       16384 kB". An impossibly large number is
// missing.
std::optional<Bytes> size_in(std::string_view text, std::string_view key);

}  // namespace aerostat
