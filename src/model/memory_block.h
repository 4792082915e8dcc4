// What Linux brings memory online in, and takes it offline: what comes can go into a block that is there, or
// needs another, for which the guest's kernel needs memory
// (docs/adr/0015-a-first-block-before-it-is-needed.md).
#pragma once

#include "base/bytes.h"

namespace aerostat {

// On x86-64, where memory is below 64 GiB; above it may be larger.
inline constexpr Bytes kMemoryBlock = Bytes::mib(128);

// With less than this of a block that can be given at once a guest is to have another: in want it cannot add
// one. With 9 MiB left a busy guest took seconds, and was out of memory before
// (docs/adr/0011-a-block-before-want.md).
inline constexpr Bytes kRoomInBlock = Bytes::mib(32);

// What is plugged of a block so that Linux adds it, or keeps it: the least that its driver plugs. 6.1 takes
// 2 MiB; older ones took whole pieces of the largest that the kernel's allocator keeps, 4 MiB.
inline constexpr Bytes kOpenBlock = Bytes::mib(4);

// How much that is of a device with blocks of `device_block`; none where these are larger: it would be as
// much again to take from the guest.
inline constexpr Bytes open_of(Bytes device_block) {
  return device_block > kOpenBlock ? Bytes{} : kOpenBlock.round_up(device_block);
}

// What is plugged of a guest that is to have `above` more than it booted with, so that it has room in its
// last block. More than `above` only where there is little, and the device's blocks are small.
inline constexpr Bytes with_room_in_block(Bytes above, Bytes device_block) {
  const Bytes whole = above.round_up(kMemoryBlock);
  const Bytes open = open_of(device_block);
  return open == Bytes{} || whole - above >= kRoomInBlock ? above : whole + open;
}

}  // namespace aerostat
