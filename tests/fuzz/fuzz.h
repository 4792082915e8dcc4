// Fuzz: what all fuzz targets have in common. A target reads any bytes; it may refuse them, and no more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

// libFuzzer's own name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace aerostat::fuzz {

inline std::string_view text(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// Ends the program if a promise is broken: that is a finding.
inline void promise(bool kept) {
  if (!kept) std::abort();
}

}  // namespace aerostat::fuzz
