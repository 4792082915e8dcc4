// What Linux brings memory online in, and takes it offline.
#pragma once

#include "base/bytes.h"

namespace aerostat {

// On x86-64, where memory is below 64 GiB; above it may be larger.
inline constexpr Bytes kMemoryBlock = Bytes::mib(128);

// What is left plugged so that Linux keeps its block: the least that its driver plugs. 6.1 takes 2 MiB; older
// ones took whole pieces of the largest that the kernel's allocator keeps, 4 MiB.
inline constexpr Bytes kOpenBlock = Bytes::mib(4);

// How much that is of a device with blocks of `device_block`; none where these are larger: it would be as
// much again to take from the guest.
inline constexpr Bytes open_of(Bytes device_block) {
  return device_block > kOpenBlock ? Bytes{} : kOpenBlock.round_up(device_block);
}

}  // namespace aerostat
