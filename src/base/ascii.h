// Letters as programs compare them: ASCII only, in every locale.
#pragma once

namespace aerostat {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

}  // namespace aerostat
