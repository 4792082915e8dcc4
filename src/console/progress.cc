#include "console/progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

namespace aerostat {

void Progress::show(double done, std::string_view what) {
  if (!terminal_) return;
  constexpr int kWidth = 30;
  const double part = std::clamp(done, 0.0, 1.0);
  const int full = static_cast<int>(part * kWidth);
  std::string line =
      fmt::format("[{:#<{}}{:.<{}}] {:3.0f} %  {}", "", full, "", kWidth - full, part * 100, what);
  if (line == drawn_) return;
  drawn_ = std::move(line);
  err_ << "\r" << drawn_ << "\033[K" << std::flush;
}

void Progress::clear() {
  if (drawn_.empty()) return;
  err_ << "\r\033[K" << std::flush;
  drawn_.clear();
}

}  // namespace aerostat
