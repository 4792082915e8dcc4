// Levels: the sizes that a VM's memory can be set to, whatever its devices: steps of a balloon, blocks of 2
// MiB, DIMMs, granules. All rounding of targets is here. Pure.
#pragma once

#include <memory>
#include <vector>

#include "base/bytes.h"

namespace aerostat {

class Levels {
 public:
  // Zero is the only level: nothing is known yet.
  Levels() = default;
  // Multiples of `fine` below `base`; `base` plus multiples of `coarse` above it; all within [least, most].
  static Levels around(Bytes base, Bytes fine, Bytes coarse, Bytes least, Bytes most);
  // Exactly these sizes. They are in ascending order, and there is at least one.
  static Levels sizes(std::vector<Bytes> sizes);

  // The largest level at or below the amount; the least, if all are above it.
  Bytes below(Bytes amount) const;
  // The smallest level at or above the amount; the most, if all are below it.
  Bytes above(Bytes amount) const;
  Bytes least() const { return least_; }
  Bytes most() const { return most_; }
  // True: it was made by sizes().
  bool few() const { return sizes_ != nullptr; }
  // The smallest step of a growth. Smaller differences do not count.
  Bytes grain() const { return coarse_; }

 private:
  Bytes base_, least_, most_;
  Bytes fine_ = Bytes::mib(1), coarse_ = Bytes::mib(1);
  std::shared_ptr<const std::vector<Bytes>> sizes_;  // shared: views of each pass have copies
};

}  // namespace aerostat
