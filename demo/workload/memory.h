// Memory: what the worker holds, in the order of allocation. Filling is the expensive part and follows the
// caller's pace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "phase.h"

namespace workload {

class Memory {
 public:
  Memory() = default;
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() {
    while (release_newest(0)) continue;
  }

  // Untouched memory: from the kernel, or from one malloc. Null with errno set if refused. Shared memory is a
  // file in memory to the kernel, like that of databases and browsers.
  enum class Sharing { Private, Shared };
  std::byte* map(std::int64_t bytes, Sharing sharing);
  std::byte* allocate(std::int64_t bytes);

  // Frees the newest piece: 1 MiB, or all of one malloc. False: less than `keep` would be left, or nothing is
  // there.
  bool release_newest(std::int64_t keep);
  std::int64_t size() const { return size_; }

  // Writes one word to each page of the part [from, from + bytes) of all memory held.
  void touch(std::int64_t from, std::int64_t bytes);

 private:
  struct Piece {
    std::byte* start;
    std::int64_t bytes;
    bool from_malloc;
  };

  std::vector<Piece> pieces_;
  std::int64_t size_ = 0;
};

// Fills whole or part pages with content that is never all zero.
void fill(std::byte* start, std::int64_t bytes, Fill how);

}  // namespace workload
