// Shared by control and worker: one page of counters that control reads at any time, also while the worker is
// stuck in swap, and the two messages on the socket between them.
#pragma once

#include <time.h>

#include <atomic>
#include <cstdint>

#include "phase.h"

namespace workload {

struct Counters {
  std::atomic<std::int64_t> touched{0};  // bytes of this phase
  std::atomic<std::int64_t> held{0};     // bytes of all phases
  std::atomic<std::int64_t> passes{0};
  std::atomic<std::int64_t> slowest_ns{0};  // of this phase
  std::atomic<bool> stop{false};            // set by control: end the phase

  void begin_phase() {
    touched = 0;
    passes = 0;
    slowest_ns = 0;
    stop = false;
  }
};

struct Outcome {
  enum class What : std::uint8_t { Done, Failed, Stopped };
  What what = What::Done;
  std::int64_t at_ns = 0;
  char reason[96] = "";

  static Outcome done() { return {}; }
  static Outcome stopped() { return {What::Stopped}; }
};

// "malloc: Cannot allocate memory", from errno.
Outcome failed(const char* what, int error);
Outcome failed(const char* why);

inline constexpr std::int64_t kPage = 4096;
inline constexpr std::int64_t kSecond = 1'000'000'000;  // ns

inline std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kSecond + now.tv_nsec;
}

}  // namespace workload
