// MemoryNumbers: what Windows reports of its memory, in pages as its calls return it, and what of it is sent
// (docs/design/windows.md). Pure and portable. A number that this Windows does not report is missing.
#pragma once

#include <array>
#include <cstdint>

#include "agent/common/reading.h"

namespace aerostat::agent {

struct MemoryNumbers {
  std::int64_t page_kib = 4;
  Number physical_total, physical_available;  // GetPerformanceInfo
  Number commit_total, commit_limit;
  Number zeroed, free, standby, modified;  // SystemMemoryListInformation, from Vista on
  Number repurposed;                       // standby pages that got another use, since boot
  Number page_file_total, page_file_used;  // SystemPageFileInformation
  Number hard_reads, hard_read_pages;      // SystemPerformanceInformation, since boot
  Number page_file_written;
  Number low_memory;  // 1 while \KernelObjects\LowMemoryCondition is set
};

// Levels and counters of the protocol. What contradicts itself is left out, because the host would refuse all
// of it: the numbers come from several calls, one after the other.
Reading reading_of(const MemoryNumbers& numbers, std::int64_t ns);

// A counter of 32 bits that wraps, as one of 64 that does not. Must be read before it can wrap twice.
class LongCounter {
 public:
  std::int64_t add(std::uint32_t now) {
    if (known_)
      sum_ += static_cast<std::uint32_t>(now - last_);
    else
      sum_ = now;
    known_ = true;
    last_ = now;
    return sum_;
  }

 private:
  bool known_ = false;
  std::uint32_t last_ = 0;
  std::int64_t sum_ = 0;
};

}  // namespace aerostat::agent
