#include "vmm/libvirt/memory_stats.h"

#include <libvirt/libvirt.h>

namespace aerostat {

namespace {

std::optional<Bytes> of_kib(std::uint64_t kib) {
  if (kib > (std::uint64_t{1} << 36)) return std::nullopt;
  return Bytes::of(static_cast<std::int64_t>(kib) * 1024);
}

// libvirt reports swap in KiB, the guest's driver counts pages.
std::uint64_t pages(std::uint64_t kib) { return kib / 4; }

}  // namespace

BalloonWord balloon_word(const MemoryStats& stats) {
  BalloonWord out;
  std::optional<Bytes> caches;
  for (const auto& [tag, value] : stats) {
    switch (tag) {
      case VIR_DOMAIN_MEMORY_STAT_ACTUAL_BALLOON: out.actual = of_kib(value); break;
      case VIR_DOMAIN_MEMORY_STAT_AVAILABLE: out.sample.total = of_kib(value); break;
      case VIR_DOMAIN_MEMORY_STAT_USABLE: out.sample.available = of_kib(value); break;
      case VIR_DOMAIN_MEMORY_STAT_UNUSED: out.sample.free = of_kib(value); break;
      case VIR_DOMAIN_MEMORY_STAT_DISK_CACHES: caches = of_kib(value); break;
      case VIR_DOMAIN_MEMORY_STAT_SWAP_IN: out.sample.swap_in_pages = pages(value); break;
      case VIR_DOMAIN_MEMORY_STAT_SWAP_OUT: out.sample.swap_out_pages = pages(value); break;
      case VIR_DOMAIN_MEMORY_STAT_MAJOR_FAULT: out.sample.major_faults = value; break;
      case VIR_DOMAIN_MEMORY_STAT_MINOR_FAULT: out.sample.minor_faults = value; break;
      case VIR_DOMAIN_MEMORY_STAT_LAST_UPDATE: out.updated = value; break;
      default: break;
    }
  }
  out.sample.inactive_file = caches;
  return out;
}

}  // namespace aerostat
