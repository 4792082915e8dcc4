#include "agent/windows/memory_numbers.h"

#include <algorithm>

namespace aerostat::agent {

Reading reading_of(const MemoryNumbers& n, std::int64_t ns) {
  const auto kib = [&](const Number& pages) -> Number {
    if (!pages || *pages < 0) return {};
    return *pages * n.page_kib;
  };
  // At most as much as the level that contains it.
  const auto part_of = [&](const Number& pages, const Number& whole) {
    Number part = kib(pages);
    if (part && whole) part = std::min(*part, *whole);
    return part;
  };
  Reading out;
  out.ns = ns;
  out.total_kib = kib(n.physical_total);
  out.avail_kib = part_of(n.physical_available, out.total_kib);
  if (n.zeroed && n.free) out.free_kib = part_of(*n.zeroed + *n.free, out.avail_kib);
  out.inactive_file_kib = part_of(n.standby, out.avail_kib);
  out.modified_kib = part_of(n.modified, out.total_kib);
  out.committed_kib = kib(n.commit_total);
  out.commit_limit_kib = kib(n.commit_limit);
  // Windows never promises more than its limit. Beyond this programs are refused memory, or a page file must
  // grow.
  if (out.committed_kib && out.commit_limit_kib)
    out.commit_room_kib = std::max<std::int64_t>(0, *out.commit_limit_kib - *out.committed_kib);
  out.swap_total_kib = kib(n.page_file_total);
  if (n.page_file_total && n.page_file_used)
    out.swap_free_kib = kib(std::max<std::int64_t>(0, *n.page_file_total - *n.page_file_used));
  out.pswpout = n.page_file_written;
  out.pgmajfault = n.hard_reads;
  out.hard_read_pages = n.hard_read_pages;
  out.reclaimed_kswapd = n.repurposed;
  out.low_memory = n.low_memory;
  return out;
}

}  // namespace aerostat::agent
