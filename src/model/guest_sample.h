// GuestSample: a guest's report of its own memory at one moment. Every number is the guest's word: it may be
// missing, stale or a lie. Readers bound it (policy/demand.h). Nothing here is proof of anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace aerostat {

struct GuestSample {
  // Levels. `total` is what the guest sees (MemTotal). The others are parts of it.
  std::optional<Bytes> total;
  std::optional<Bytes> available;  // could be used without paging (MemAvailable)
  std::optional<Bytes> free;
  std::optional<Bytes> apart;        // free, but in neither of the others: its block is about to go
  std::optional<Bytes> active_file;  // page cache used more than once
  std::optional<Bytes>
      inactive_file;  // page cache used once; without active_file: all, shared memory included
  std::optional<Bytes> swap_total;
  std::optional<Bytes> swap_free;
  std::optional<Bytes> normal_free;  // free memory that kernel data may use (not movable-only)
  std::optional<Bytes> normal_file;  // page cache and kernel caches there that could be freed for it
  std::optional<Bytes> committed;    // Committed_AS: promised to programs, used or not
  // With vm.overcommit_memory=2 the kernel refuses programs memory beyond a share of its size: how much
  // memory the guest can lose, or its programs can be promised, before it does. Missing: it does not refuse.
  // Windows always refuses: there it is what is left of commit_limit.
  std::optional<Bytes> commit_room;
  std::optional<Bytes> commit_limit;  // Windows: memory and page files, all that can be promised
  std::optional<Bytes> modified;      // Windows: pages that must be written before they can be given away
  std::optional<int> low_memory;      // Windows: 1 while its kernel signals that memory is low

  std::optional<int> processors;  // the VM's, as the host knows; balloon statistics only

  // Counters since the guest's boot.
  std::optional<std::uint64_t> swap_in_pages;
  std::optional<std::uint64_t> swap_out_pages;
  std::optional<std::uint64_t> major_faults;
  std::optional<std::uint64_t> hard_read_pages;  // Windows: pages read to resolve hard faults, of any file
  std::optional<std::uint64_t> minor_faults;     // all page faults; balloon statistics only
  std::optional<std::uint64_t> refault_file;     // page cache that was evicted and came back
  std::optional<std::uint64_t> refault_anon;
  std::optional<std::uint64_t> psi_some_us;      // stalled on memory, at least one task
  std::optional<std::uint64_t> psi_full_us;      // stalled on memory, every task
  std::optional<std::uint64_t> reclaimed_pages;  // taken back for lack of memory in the whole guest
  std::optional<std::uint64_t> oom_kills;
  std::optional<std::uint64_t> oom_kills_in_limits;  // of these, in a group that had used up its own limit

  // Kills because the whole guest was out of memory, as far as the guest distinguishes them.
  std::optional<std::uint64_t> oom_kills_of_guest() const {
    if (!oom_kills) return {};
    return *oom_kills - std::min(*oom_kills, oom_kills_in_limits.value_or(0));
  }

  friend bool operator==(const GuestSample&, const GuestSample&) = default;
};

}  // namespace aerostat
