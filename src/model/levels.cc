#include "model/levels.h"

#include <algorithm>
#include <utility>

namespace aerostat {

Levels Levels::around(Bytes base, Bytes fine, Bytes coarse, Bytes least, Bytes most) {
  Levels out;
  out.base_ = base;
  out.fine_ = fine;
  out.coarse_ = coarse;
  out.least_ = least;
  out.most_ = std::max(least, most);
  return out;
}

Levels Levels::sizes(std::vector<Bytes> sizes) {
  Levels out;
  out.base_ = out.least_ = sizes.front();
  out.most_ = sizes.back();
  out.coarse_ = out.most_;
  for (std::size_t i = 1; i < sizes.size(); ++i)
    out.coarse_ = std::min(out.coarse_, std::max(sizes[i] - sizes[i - 1], Bytes::of(1)));
  out.fine_ = out.coarse_;
  out.sizes_ = std::make_shared<const std::vector<Bytes>>(std::move(sizes));
  return out;
}

Bytes Levels::below(Bytes amount) const {
  if (amount <= least_) return least_;
  if (amount >= most_) return most_;
  if (sizes_) return *std::prev(std::ranges::upper_bound(*sizes_, amount));
  const Bytes level =
      amount < base_ ? amount.round_down(fine_) : base_ + (amount - base_).round_down(coarse_);
  return std::max(level, least_);
}

Bytes Levels::above(Bytes amount) const {
  if (amount <= least_) return least_;
  if (amount >= most_) return most_;
  if (sizes_) return *std::ranges::lower_bound(*sizes_, amount);
  const Bytes level =
      amount < base_ ? std::min(amount.round_up(fine_), base_) : base_ + (amount - base_).round_up(coarse_);
  return std::min(level, most_);
}

}  // namespace aerostat
