// Reading: what the guest's kernel reports of its memory at one moment. A number that the kernel does not
// report is missing. Memory in KiB, counters since boot. The names are those of docs/design/protocol.md.
#pragma once

#include <cstdint>
#include <optional>

namespace aerostat::agent {

using Number = std::optional<std::int64_t>;

struct Reading {
  std::int64_t ns = 0;  // CLOCK_MONOTONIC at the time of the reading

  Number total_kib, avail_kib, free_kib, active_file_kib, inactive_file_kib;
  Number apart_kib;   // free pages that only the total includes: their block is about to go
  Number free_pages;  // as free_kib, a moment later; not reported
  Number swap_total_kib, swap_free_kib, committed_kib;
  Number commit_limit_kib;  // all that can be promised, where the kernel enforces that
  Number commit_room_kib;   // strict overcommit: memory that can go, or be used, before programs are refused
  Number normal_free_kib;   // free in the zones that kernel data can use
  Number normal_file_kib;   // page cache in those zones and kernel caches that could be freed for it
  Number slab_reclaimable_kib;  // part of that; not reported

  // Windows.
  Number modified_kib;     // must be written before it can be given away
  Number low_memory;       // 1 while the kernel signals that memory is low
  Number hard_read_pages;  // read to resolve hard faults, from any file

  Number pswpin, pswpout;  // with what zswap keeps
  Number pgmajfault, refault_file, refault_anon;
  Number zswpin, zswpout, zswpwb;             // part of these; not reported
  Number balloon_in, balloon_out;             // pages; not reported
  Number reclaimed_kswapd, reclaimed_direct;  // reported as their sum
  Number oom_kill, oom_kill_limit;
  Number psi_some_us, psi_full_us;
};

// Pages reclaimed for want of memory.
inline Number reclaimed(const Reading& now) {
  if (!now.reclaimed_kswapd && !now.reclaimed_direct) return {};
  return now.reclaimed_kswapd.value_or(0) + now.reclaimed_direct.value_or(0);
}

enum class Cause { Keepalive, Change, Low, Online };

}  // namespace aerostat::agent
