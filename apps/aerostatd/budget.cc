#include <fmt/format.h>

#include <algorithm>

#include "daemon.h"

namespace aerostat {

namespace {

// With "auto", kept for the host by default: its own services, page cache, and the memory of the hypervisor
// processes, which is not counted with the VMs.
constexpr Bytes kLeastAutoReserve = Bytes::mib(1024);
constexpr double kAutoReserveShare = 0.1;

}  // namespace

Result<Budget> budget_of(const Config& config, std::optional<Bytes> host_total) {
  Budget out;
  if (const Bytes* fixed = std::get_if<Bytes>(&config.capacity)) {
    out.capacity = *fixed;
    out.reserve = config.reserve.value_or(Bytes{});
  } else {
    if (!host_total) {
      return fail(Error::Kind::Internal,
                  "cannot read the host's memory from /proc/meminfo; set capacity to a size");
    }
    out.capacity = *host_total;
    out.reserve = config.reserve.value_or(std::max(kLeastAutoReserve, host_total->scaled(kAutoReserveShare)));
  }
  if (host_total && out.capacity > *host_total) {
    return fail(Error::Kind::Invalid,
                fmt::format("capacity {} is more than this host has, {}; set it lower or to \"auto\"",
                            format_bytes(out.capacity), format_bytes(*host_total)));
  }
  if (out.reserve >= out.capacity) {
    return fail(Error::Kind::Invalid,
                fmt::format("reserve {} leaves nothing of the capacity {} for VMs; set it lower",
                            format_bytes(out.reserve), format_bytes(out.capacity)));
  }
  return out;
}

}  // namespace aerostat
