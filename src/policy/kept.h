// Kept: free memory that MemAvailable of a Linux guest leaves out, and the page cache that could be freed,
// worked out from balloon statistics (the guest's service counts both itself). What it finds only lowers what
// the guest shows in use, by at most kReserveShare of its memory. Pure: state in, state out.
#pragma once

#include "base/bytes.h"
#include "model/guest_sample.h"

namespace aerostat {

struct KeptState {
  Bytes reserve;               // the kernel's own: the most by which free ever exceeded available
  Bytes lists;                 // free pages on lists of single processors, which count as used
  Bytes used;                  // at the last sample, lists included
  std::optional<Bytes> least;  // the least ever in use, as far as is known
};

struct Kept {
  KeptState state;
  Bytes back;   // of the page cache, not counted as available
  Bytes lists;  // see KeptState
  Bytes cache;  // page cache that could be freed
};

// Levels of `now` and `before` (null: `now` is the first) lie within 0 and their total.
Kept kept(const KeptState& state, const GuestSample& now, const GuestSample* before);

}  // namespace aerostat
