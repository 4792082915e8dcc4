// AEROSTAT_CHECK(condition, "what is broken"): for invariants. Always on. A broken invariant ends the
// process, because wrong numbers could harm the host. VMs keep running unchanged.
#pragma once

namespace aerostat {

[[noreturn]] void check_failed(const char* what, const char* file, int line);

}  // namespace aerostat

#define AEROSTAT_CHECK(condition, what) \
  ((condition) ? static_cast<void>(0) : ::aerostat::check_failed(what, __FILE__, __LINE__))
