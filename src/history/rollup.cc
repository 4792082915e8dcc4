#include "history/rollup.h"

#include <algorithm>

namespace aerostat::history {

void Rollup::add(const Point& point, std::int64_t seconds) {
  if (point.vm >= sums_.size()) sums_.resize(point.vm + 1);
  Sum& sum = sums_[point.vm];
  if (!sum.used) {
    sum = {};
    sum.used = true;
    sum.peak.fill(kUnknown);
    used_.push_back(point.vm);
  }
  for (std::size_t i = 0; i < kLevels; ++i) {
    if (point.values[i] == kUnknown) continue;
    sum.sum[i] += point.values[i] * seconds;
    sum.seconds[i] += seconds;
  }
  for (std::size_t i = 0; i < kPeaks; ++i) sum.peak[i] = std::max(sum.peak[i], point.values[kLevels + i]);
}

std::optional<Frame> Rollup::add(const Frame& frame, std::int64_t seconds, std::optional<VmNumber> only) {
  const std::int64_t from = frame.time - frame.time % step_;
  std::optional<Frame> out;
  if (from != from_) out = finish();
  from_ = from;
  for (const Point& point : frame.points) {
    if (!only || point.vm == *only) add(point, seconds);
  }
  return out;
}

std::optional<Frame> Rollup::finish() {
  if (used_.empty()) return std::nullopt;
  std::sort(used_.begin(), used_.end());
  Frame out;
  out.time = from_;
  out.points.reserve(used_.size());
  for (const VmNumber vm : used_) {
    Sum& sum = sums_[vm];
    Point& point = out.points.emplace_back();
    point.vm = vm;
    for (std::size_t i = 0; i < kLevels; ++i)
      point.values[i] = sum.seconds[i] > 0 ? sum.sum[i] / sum.seconds[i] : kUnknown;
    for (std::size_t i = 0; i < kPeaks; ++i) point.values[kLevels + i] = sum.peak[i];
    sum.used = false;
  }
  used_.clear();
  return out;
}

}  // namespace aerostat::history
