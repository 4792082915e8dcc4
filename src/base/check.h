// AEROSTAT_CHECK(condition, "what is broken"): for invariants. Always on; a broken one ends the process,
// because going on with wrong numbers could harm the host. VMs keep running as they are.
#pragma once

namespace aerostat {

[[noreturn]] void check_failed(const char* what, const char* file, int line);

}  // namespace aerostat

#define AEROSTAT_CHECK(condition, what) \
  ((condition) ? static_cast<void>(0) : ::aerostat::check_failed(what, __FILE__, __LINE__))
