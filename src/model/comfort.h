// Comfort: what a guest at rest keeps above its need, as the default profile has it. The command promises
// with it what a VM would hold if it was managed.
#pragma once

#include "base/bytes.h"

namespace aerostat {

struct Comfort {
  double share;  // of its need, within these:
  Bytes least, most;
};
// A tenth, as administrators recommend (docs/design/tuning/policy.md).
inline constexpr Comfort kComfort{0.1, Bytes::mib(80), Bytes::mib(256)};

}  // namespace aerostat
