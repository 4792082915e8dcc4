// GuestSample: what a guest says of its own memory at one moment. Every number is the guest's word: it may be
// missing, stale or a lie. Readers bound it (see policy/demand.h); nothing here is proof of anything.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace aerostat {

struct GuestSample {
  // Levels. `total` is what the guest sees (MemTotal); the rest are parts of it.
  std::optional<Bytes> total;
  std::optional<Bytes> available;  // could be used without paging (MemAvailable)
  std::optional<Bytes> free;
  std::optional<Bytes> apart;        // free, but neither here nor available: its block is about to go
  std::optional<Bytes> active_file;  // page cache used more than once
  std::optional<Bytes>
      inactive_file;  // page cache used once; without active_file: all, shared memory included
  std::optional<Bytes> swap_total;
  std::optional<Bytes> swap_free;
  std::optional<Bytes> normal_free;  // free memory that kernel data may use (not movable-only)
  std::optional<Bytes> normal_file;  // page cache and caches of the kernel there: could be freed for it
  std::optional<Bytes> committed;    // Committed_AS: promised to programs, used or not
  // Where the kernel refuses programs memory beyond a share of its own size (vm.overcommit_memory=2): the
  // memory that can still go before it does, or that must not go. Missing: it does not refuse.
  std::optional<Bytes> commit_room;

  std::optional<int> processors;  // the VM's, as the host knows; balloon statistics only

  // Counters since the guest's boot.
  std::optional<std::uint64_t> swap_in_pages;
  std::optional<std::uint64_t> swap_out_pages;
  std::optional<std::uint64_t> major_faults;
  std::optional<std::uint64_t> minor_faults;  // all page faults; balloon statistics only
  std::optional<std::uint64_t> refault_file;  // page cache that was evicted and came back
  std::optional<std::uint64_t> refault_anon;
  std::optional<std::uint64_t> psi_some_us;      // stalled on memory, at least one task
  std::optional<std::uint64_t> psi_full_us;      // stalled on memory, every task
  std::optional<std::uint64_t> reclaimed_pages;  // taken back for want of memory in the whole guest
  std::optional<std::uint64_t> oom_kills;
  std::optional<std::uint64_t> oom_kills_in_limits;  // of them, in a group that had used up its own limit

  // Because all of the guest was out of memory, as far as it tells them apart.
  std::optional<std::uint64_t> oom_kills_of_guest() const {
    if (!oom_kills) return {};
    return *oom_kills - std::min(*oom_kills, oom_kills_in_limits.value_or(0));
  }

  friend bool operator==(const GuestSample&, const GuestSample&) = default;
};

}  // namespace aerostat
