// KernelMemory: what the host's kernel has to spare for promises, and how long its last answer is valid when
// it cannot be read.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "base/clock.h"
#include "control/books.h"

namespace aerostat {

// A file that cannot be opened for a moment stops nothing. After this long nothing is granted.
inline constexpr Duration kAvailableHeld = std::chrono::seconds(5);

class KernelMemory {
 public:
  // What is left of `available` (MemAvailable) after promised but untouched memory, and after `margin`.
  // Missing: it cannot be read now. Then the last answer is valid for kAvailableHeld, less what was committed
  // since. Later, and before any answer, nothing is left.
  Bytes spare(std::optional<Bytes> available, const Books& books, Bytes margin, TimePoint now);
  // It could not be read for longer than that.
  bool unreadable() const { return unreadable_; }

 private:
  Bytes last_, committed_;
  std::optional<TimePoint> read_at_;
  bool unreadable_ = false;
};

}  // namespace aerostat
