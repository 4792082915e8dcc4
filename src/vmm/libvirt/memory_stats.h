// virDomainMemoryStats() as a sample of the guest. Pure. What is not reported is missing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "model/guest_sample.h"

namespace aerostat {

// As libvirt numbers them (VIR_DOMAIN_MEMORY_STAT_...).
using MemoryStats = std::vector<std::pair<int, std::uint64_t>>;

struct BalloonWord {
  std::optional<Bytes> actual;  // what QEMU says that the balloon leaves
  GuestSample sample;           // the guest's word
  std::uint64_t updated = 0;    // in seconds of the host's wall clock; 0: the guest never did
};
BalloonWord balloon_word(const MemoryStats& stats);

}  // namespace aerostat
