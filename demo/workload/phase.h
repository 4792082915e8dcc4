// Phase: one task of the worker, as one word of the command grammar describes it. read_phase() refuses what
// it does not understand, with the reason.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace workload {

constexpr std::int64_t kMiB = 1 << 20;

enum class Kind : std::uint8_t { Alloc, Malloc, Shared, Tables, Hold, Read, Free, Exit };
enum class Fill : std::uint8_t { Random, Pattern };

struct Phase {
  Kind kind = Kind::Hold;
  Fill fill = Fill::Pattern;
  std::int64_t bytes = 0;    // to allocate, to keep hot, to read, to free; 0 frees everything
  std::int64_t rate = 0;     // bytes a second; 0: as fast as possible
  std::int64_t time_ns = 0;  // how long to hold or to read; 0 reads once
};

// `reason` is set to a plain literal if nothing is returned.
std::optional<Phase> read_phase(std::string_view words, const char*& reason);

}  // namespace workload
