#include "control/kernel_memory.h"

#include <algorithm>

namespace aerostat {

Bytes KernelMemory::spare(std::optional<Bytes> available, const Books& books, Bytes margin, TimePoint now) {
  if (available) {
    last_ = *available - books.untouched() - margin;
    committed_ = books.committed();
    read_at_ = now;
    unreadable_ = false;
    return last_;
  }
  unreadable_ = !read_at_ || now - *read_at_ > kAvailableHeld;
  const Bytes left = last_ - std::max(Bytes{}, books.committed() - committed_);
  return unreadable_ ? std::min(left, Bytes{}) : left;
}

}  // namespace aerostat
