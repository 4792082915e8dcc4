// Parses the texts of /proc into a Reading. Pure. What a text does not contain stays missing.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/common/reading.h"

namespace aerostat::agent {

void parse_meminfo(std::string_view text, Reading& into);
void parse_vmstat(std::string_view text, Reading& into);
void parse_pressure(std::string_view text, Reading& into);
// normal_free_kib, from /proc/buddyinfo: small and cheap, unlike zoneinfo. Omits the pages that processors
// hold (a few MiB at most). Returns the free memory of all zones, including pages that are isolated because
// their block is about to go.
Number parse_buddyinfo(std::string_view text, std::int64_t page_kib, Reading& into);

// KiB of its cache that ZFS would give back, from arcstats: what it holds above its minimum.
std::int64_t parse_arcstats(std::string_view text);

// The contents of /proc/zoneinfo, summed over nodes.
struct Zones {
  std::int64_t kernel_present_kib = 0;  // every zone but Movable (and Device)
  std::int64_t movable_present_kib = 0;
  std::int64_t kernel_file_kib = 0;  // page cache in these zones
  std::int64_t kept_free_kib = 0;    // free pages that processors hold for themselves
  std::int64_t low_mark_kib = 0;     // the kernel's own: below it reclaim begins
  bool known = false;
};
Zones parse_zoneinfo(std::string_view text, std::int64_t page_kib);

}  // namespace aerostat::agent
