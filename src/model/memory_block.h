// What Linux brings memory online in, and takes it offline.
#pragma once

#include "base/bytes.h"

namespace aerostat {

// On x86-64, where memory is below 64 GiB; above it may be larger.
inline constexpr Bytes kMemoryBlock = Bytes::mib(128);

}  // namespace aerostat
