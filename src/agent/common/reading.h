// Reading: what the guest's kernel says of its memory at one moment. A number the kernel does not give is
// missing. Memory in KiB, counters since boot; the names are those of docs/design/protocol.md.
#pragma once

#include <cstdint>
#include <optional>

namespace aerostat::agent {

using Number = std::optional<std::int64_t>;

struct Reading {
  std::int64_t ns = 0;  // CLOCK_MONOTONIC when it was taken

  Number total_kib, avail_kib, free_kib, active_file_kib, inactive_file_kib;
  Number apart_kib;   // free pages that are in the total and in none of these: their block is about to go
  Number free_pages;  // as free_kib, a moment later; not told
  Number swap_total_kib, swap_free_kib, committed_kib;
  Number commit_limit_kib;  // not told; what follows from it is
  Number commit_room_kib;   // strict overcommit: memory that can go, or be used, before programs are refused
  Number normal_free_kib;   // free in the zones that kernel data can use
  Number normal_file_kib;   // page cache in those zones and caches of the kernel: could be freed for it
  Number slab_reclaimable_kib;  // of that; not told

  Number pswpin, pswpout, pgmajfault, refault_file, refault_anon;
  Number reclaimed_kswapd, reclaimed_direct;  // told as their sum
  Number oom_kill, oom_kill_limit;
  Number psi_some_us, psi_full_us;
};

enum class Cause { Keepalive, Change, Low, Online };

}  // namespace aerostat::agent
