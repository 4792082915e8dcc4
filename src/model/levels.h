// Levels: the sizes that a VM's memory can be set to, whatever its devices: steps of a balloon, blocks of 2
// MiB, DIMMs, granules. All rounding of targets is here. Pure.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

class Levels {
 public:
  // None but zero: nothing is known yet.
  Levels() = default;
  // Multiples of `fine` below `base`; `base` and any number of steps of `coarse` above it. What is outside of
  // [least, most] cannot be had.
  static Levels around(Bytes base, Bytes fine, Bytes coarse, Bytes least, Bytes most);
  // These and no others, in ascending order; at least one.
  static Levels sizes(std::vector<Bytes> sizes);

  // The largest level at or below the amount; the least, if all are above it.
  Bytes below(Bytes amount) const;
  // The smallest level at or above the amount; the most, if all are below it.
  Bytes above(Bytes amount) const;
  Bytes least() const { return least_; }
  Bytes most() const { return most_; }
  // Of a few sizes; else any number of steps.
  bool few() const { return sizes_ != nullptr; }
  // The step in which it grows: a difference of less is none.
  Bytes grain() const { return coarse_; }

 private:
  Bytes base_, least_, most_;
  Bytes fine_ = Bytes::mib(1), coarse_ = Bytes::mib(1);
  std::shared_ptr<const std::vector<Bytes>> sizes_;  // shared: views of each pass have copies
};

}  // namespace aerostat
