// Reads the texts of /proc into a Reading. Pure; what a text does not say stays missing.
#pragma once

#include <cstdint>
#include <string_view>

#include "agent/common/reading.h"

namespace aerostat::agent {

void parse_meminfo(std::string_view text, Reading& into);
void parse_vmstat(std::string_view text, Reading& into);
void parse_pressure(std::string_view text, Reading& into);
// normal_free_kib, from /proc/buddyinfo: small and cheap, unlike zoneinfo. Leaves out what processors hold
// for themselves (a few MiB at most). Returns what is free in all zones, also what is set apart because its
// block is about to go.
Number parse_buddyinfo(std::string_view text, std::int64_t page_kib, Reading& into);

// KiB that ZFS would give back of its cache, from arcstats: what it holds above the least that it keeps.
std::int64_t parse_arcstats(std::string_view text);

// What /proc/zoneinfo says, summed over nodes.
struct Zones {
  std::int64_t kernel_present_kib = 0;  // every zone but Movable (and Device)
  std::int64_t movable_present_kib = 0;
  std::int64_t kernel_file_kib = 0;  // page cache in the former
  std::int64_t kept_free_kib = 0;    // free pages that processors keep for themselves
  std::int64_t low_mark_kib = 0;     // the kernel's own: below it reclaim begins
  bool known = false;
};
Zones parse_zoneinfo(std::string_view text, std::int64_t page_kib);

}  // namespace aerostat::agent
