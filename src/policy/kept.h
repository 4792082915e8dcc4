// Kept: free memory that MemAvailable of a Linux guest omits, and page cache that could be freed, derived
// from balloon statistics (the guest's service counts both itself). It only lowers the guest's visible use,
// by at most kReserveShare of its memory. Pure: state in, state out.
#pragma once

#include "base/bytes.h"
#include "model/guest_sample.h"

namespace aerostat {

struct KeptState {
  Bytes reserve;               // the kernel's own: the most by which free exceeded available
  Bytes lists;                 // free pages on lists of single processors, which count as used
  Bytes used;                  // at the last sample, lists included
  std::optional<Bytes> least;  // the least ever in use, as far as known
};

struct Kept {
  KeptState state;
  Bytes back;   // part of the page cache that does not count as available
  Bytes lists;  // see KeptState
  Bytes cache;  // page cache that could be freed
};

// Levels of `now` and `before` (null: `now` is the first) lie within 0 and their total.
Kept kept(const KeptState& state, const GuestSample& now, const GuestSample* before);

}  // namespace aerostat
