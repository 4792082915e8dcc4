// The unit in which Linux brings memory online and takes it offline. New memory fits into an existing block,
// or needs another one, for which the guest's kernel needs memory
// (docs/adr/0015-a-first-block-before-it-is-needed.md).
#pragma once

#include "base/bytes.h"

namespace aerostat {

// On x86-64 with memory below 64 GiB; above, blocks may be larger.
inline constexpr Bytes kMemoryBlock = Bytes::mib(128);

// A guest with less room than this in its last block gets another block, because in want it cannot add one.
// With 9 MiB left a busy guest took seconds, and ran out of memory first
// (docs/adr/0011-a-block-before-want.md).
inline constexpr Bytes kRoomInBlock = Bytes::mib(32);

// The part of a block that is plugged so that Linux adds or keeps the block: the least that its driver plugs.
// Linux 6.1 plugs 2 MiB; older versions plugged 4 MiB, the largest piece of the kernel's allocator.
inline constexpr Bytes kOpenBlock = Bytes::mib(4);

// That part, for a device with blocks of `device_block`. None if these are larger: the guest would lose as
// much.
inline constexpr Bytes open_of(Bytes device_block) {
  return device_block > kOpenBlock ? Bytes{} : kOpenBlock.round_up(device_block);
}

// How much to plug for a guest that is to have `above` more than it booted with, so that its last block has
// room. It exceeds `above` only if there is little room and the device's blocks are small.
inline constexpr Bytes with_room_in_block(Bytes above, Bytes device_block) {
  const Bytes whole = above.round_up(kMemoryBlock);
  const Bytes open = open_of(device_block);
  return open == Bytes{} || whole - above >= kRoomInBlock ? above : whole + open;
}

}  // namespace aerostat
