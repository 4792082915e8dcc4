// How a VM grows by DIMMs: how large one must be for the slots to suffice, and which sizes the VM can have
// (docs/adr/0039-growing-by-dimms.md). Pure. A DIMM that was added stays: it is a part of the base.
#pragma once

#include "base/bytes.h"
#include "model/levels.h"

namespace aerostat {

// Linux on x86-64 brings online 128 MiB at once; from 64 GiB of address space at boot on, up to 2 GiB. The
// hole below 4 GiB is part of that space, and at most 3 GiB large.
inline constexpr Bytes kDimmBlock = Bytes::mib(128);
inline constexpr Bytes kLargeDimmBlock = Bytes::mib(2048);
inline constexpr Bytes kLargeBoot = Bytes::mib(61 * 1024);

// DIMMs are multiples of this in a VM that booted with `boot`.
Bytes dimm_block(Bytes boot);

// The least DIMM to add to a VM that has `has`, has room for `room` more, and has `slots` free: in equal
// proportions, so many reach the maximum. It is a multiple of the block, and at most the room. Zero: none can
// be added.
Bytes dimm_step(Bytes has, Bytes room, int slots, Bytes block);

// The sizes of a VM whose balloon takes it from `base` down to `least`, and whose DIMMs take it up to
// `base` + `room` in multiples of `step`.
Levels dimm_levels(Bytes least, Bytes base, Bytes step, Bytes room);

}  // namespace aerostat
