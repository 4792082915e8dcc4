// The zone that a hot-added block of memory should join, if the kernel has no policy for it. Movable memory
// can be given back. Other memory holds what the kernel needs to use the rest.
#pragma once

#include <algorithm>
#include <cstdint>

namespace aerostat::agent {

// Movable memory per 100 of kernel memory. 301 is the kernel's default for auto-movable: three times as much,
// and a little for rounding. A 384 MiB guest that grew to 1.9 GiB, all movable (400 and more), was
// OOM-killed.
inline constexpr int kMovablePercent = 301;

enum class ZoneChoice { Kernel, Movable };

inline ZoneChoice choose_zone(std::int64_t kernel_kib, std::int64_t movable_kib, std::int64_t block_kib,
                              int movable_percent = kMovablePercent) {
  if (kernel_kib <= 0 || block_kib <= 0 || movable_kib < 0) return ZoneChoice::Kernel;
  // Divided, not multiplied: the sizes come from files and must not overflow.
  const std::int64_t room = kernel_kib / 100 * movable_percent + kernel_kib % 100 * movable_percent / 100;
  return block_kib <= room - movable_kib ? ZoneChoice::Movable : ZoneChoice::Kernel;
}

// Whether the kernel is about to run out of memory for its own data, however much programs have available.
// Then the next block must be the kernel's. The mark is the cost in page structures of hot-adding this
// guest's size once more.
inline bool kernel_is_short(std::int64_t total_kib, std::int64_t normal_free_kib) {
  // About twice the last reserve of a small guest's kernel.
  constexpr std::int64_t kLeastKib = std::int64_t{16} * 1024;
  return normal_free_kib < std::max(kLeastKib, total_kib / 64);
}

}  // namespace aerostat::agent
