#include "agent/linux/proc_parse.h"

#include <algorithm>

#include "agent/linux/proc_words.h"

namespace aerostat::agent {

namespace {

// HighMem: what a 32-bit kernel reaches only page by page.
bool kernel_can_use(std::string_view zone) {
  return zone != "Movable" && zone != "Device" && zone != "HighMem";
}

}  // namespace

void parse_meminfo(std::string_view text, Reading& into) {
  static constexpr Wanted<Reading> kWanted[] = {
      {"MemTotal:", &Reading::total_kib},
      {"MemAvailable:", &Reading::avail_kib},
      {"MemFree:", &Reading::free_kib},
      {"Active(file):", &Reading::active_file_kib},
      {"Inactive(file):", &Reading::inactive_file_kib},
      {"SwapTotal:", &Reading::swap_total_kib},
      {"SwapFree:", &Reading::swap_free_kib},
      {"Committed_AS:", &Reading::committed_kib},
      {"CommitLimit:", &Reading::commit_limit_kib},
      {"SReclaimable:", &Reading::slab_reclaimable_kib},
  };
  read_table(text, kWanted, into);
}

void parse_vmstat(std::string_view text, Reading& into) {
  static constexpr Wanted<Reading> kWanted[] = {
      {"nr_free_pages", &Reading::free_pages},
      {"pswpin", &Reading::pswpin},
      {"pswpout", &Reading::pswpout},
      {"zswpin", &Reading::zswpin},
      {"zswpout", &Reading::zswpout},
      {"zswpwb", &Reading::zswpwb},
      {"pgmajfault", &Reading::pgmajfault},
      {"workingset_refault", &Reading::refault_file},  // before Linux 5.9 one number, of page cache only
      {"workingset_refault_file", &Reading::refault_file},
      {"workingset_refault_anon", &Reading::refault_anon},
      // Of the whole machine: reclaim within a group's own limit is not in these two.
      {"pgsteal_kswapd", &Reading::reclaimed_kswapd},
      {"pgsteal_direct", &Reading::reclaimed_direct},
      {"oom_kill", &Reading::oom_kill},
      {"balloon_inflate", &Reading::balloon_in},
      {"balloon_deflate", &Reading::balloon_out},
  };
  read_table(text, kWanted, into);
  // The kernel counts a page for swap only when it reaches the device. What zswap wrote back is in both.
  if (into.pswpin) *into.pswpin += into.zswpin.value_or(0);
  if (into.pswpout)
    *into.pswpout += std::max<std::int64_t>(0, into.zswpout.value_or(0) - into.zswpwb.value_or(0));
}

void parse_pressure(std::string_view text, Reading& into) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    const std::size_t at = line.find(" total=");
    if (at == std::string_view::npos) continue;
    const Number total = whole(line.substr(at + 7));
    if (line.starts_with("some ")) into.psi_some_us = total;
    if (line.starts_with("full ")) into.psi_full_us = total;
  }
}

Number parse_buddyinfo(std::string_view text, std::int64_t page_kib, Reading& into) {
  Number all_kib, kernel_kib;
  while (!text.empty()) {
    std::string_view line = take_line(text);  // Node 0, zone   Normal   2988   2114 …
    if (take_word(line) != "Node") continue;
    take_word(line);
    if (take_word(line) != "zone") continue;
    const bool kernel = kernel_can_use(take_word(line));
    std::int64_t pages = 0;
    for (std::int64_t size = 1; size <= (1 << 20); size *= 2) {
      const std::string_view word = take_word(line);
      if (word.empty()) break;
      pages += whole(word).value_or(0) * size;
    }
    all_kib = all_kib.value_or(0) + pages * page_kib;
    if (kernel) kernel_kib = kernel_kib.value_or(0) + pages * page_kib;
  }
  into.normal_free_kib = kernel_kib;
  return all_kib;
}

std::int64_t parse_arcstats(std::string_view text) {
  Number size, least;
  while (!text.empty()) {
    std::string_view line = take_line(text);  // c_min                           4    33554432
    const std::string_view name = take_word(line);
    take_word(line);
    if (name == "size") size = whole(take_word(line));
    if (name == "c_min") least = whole(take_word(line));
  }
  if (!size || !least || *size < *least) return 0;
  return (*size - *least) / 1024;
}

Zones parse_zoneinfo(std::string_view text, std::int64_t page_kib) {
  Zones zones;
  bool kernel = false;
  while (!text.empty()) {
    std::string_view line = take_line(text);
    const std::string_view name = take_word(line);
    if (name == "Node") {  // Node 0, zone   Normal
      take_word(line);
      take_word(line);
      kernel = kernel_can_use(take_word(line));
      zones.known = true;
    } else if (name == "present") {
      (kernel ? zones.kernel_present_kib : zones.movable_present_kib) +=
          whole(take_word(line)).value_or(0) * page_kib;
    } else if (kernel && (name == "nr_zone_active_file" || name == "nr_zone_inactive_file")) {
      zones.kernel_file_kib += whole(take_word(line)).value_or(0) * page_kib;
    } else if (name == "low") {
      zones.low_mark_kib += whole(take_word(line)).value_or(0) * page_kib;
    } else if (name == "count:") {  // of a processor's pageset
      zones.kept_free_kib += whole(take_word(line)).value_or(0) * page_kib;
    }
  }
  return zones;
}

}  // namespace aerostat::agent
