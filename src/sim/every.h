// Every: tells whether something periodic is due. Whole turns, so that periods of any length keep their mean.
#pragma once

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

class Every {
 public:
  explicit Every(double period) : period_(period) {}
  bool due(double now) {
    if (now < next_ - 1e-9) return false;
    next_ += period_ * std::max(1.0, std::ceil((now - next_) / period_ + 1e-9));
    return true;
  }

 private:
  double period_;
  double next_ = 0;
};

}  // namespace aerostat::sim
