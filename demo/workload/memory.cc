#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "shared.h"

namespace workload {

namespace {

constexpr std::int64_t kStride = 128;  // bytes between the words of a pattern

// xorshift64: cheap, and incompressible.
std::uint64_t next_random() {
  static std::uint64_t state = 0x9e3779b97f4a7c15;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace

std::byte* Memory::map(std::int64_t bytes, Sharing sharing) {
  const int whose = sharing == Sharing::Shared ? MAP_SHARED : MAP_PRIVATE;
  void* start =
      ::mmap(nullptr, static_cast<std::size_t>(bytes), PROT_READ | PROT_WRITE, whose | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return nullptr;
  pieces_.push_back({static_cast<std::byte*>(start), bytes, false});
  size_ += bytes;
  return pieces_.back().start;
}

std::byte* Memory::allocate(std::int64_t bytes) {
  void* start = std::malloc(static_cast<std::size_t>(bytes));
  if (start == nullptr) return nullptr;
  pieces_.push_back({static_cast<std::byte*>(start), bytes, true});
  size_ += bytes;
  return pieces_.back().start;
}

bool Memory::release_newest(std::int64_t keep) {
  if (pieces_.empty() || size_ - pieces_.back().bytes < keep) return false;
  const Piece piece = pieces_.back();
  pieces_.pop_back();
  size_ -= piece.bytes;
  if (piece.from_malloc) {
    std::free(piece.start);
  } else {
    ::munmap(piece.start, static_cast<std::size_t>(piece.bytes));
  }
  return true;
}

void Memory::touch(std::int64_t from, std::int64_t bytes) {
  for (const Piece& piece : pieces_) {
    const std::int64_t begin = std::max<std::int64_t>(from, 0);
    const std::int64_t end = std::min(from + bytes, piece.bytes);
    for (std::int64_t at = begin; at < end; at += kPage) {
      auto* word = reinterpret_cast<volatile std::uint64_t*>(piece.start + at / kPage * kPage);
      *word = *word + 2;  // an odd first word stays odd, never zero
    }
    from -= piece.bytes;
    if (from + bytes <= 0) return;
  }
}

void fill(std::byte* start, std::int64_t bytes, Fill how) {
  const std::int64_t stride = how == Fill::Random ? 8 : kStride;
  for (std::int64_t at = 0; at + 8 <= bytes; at += stride) {
    const std::uint64_t word = next_random() | 1;
    std::memcpy(start + at, &word, sizeof word);
  }
}

}  // namespace workload
