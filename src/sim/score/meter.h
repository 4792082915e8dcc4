// Meter: the figures of merit of one VM, accumulated while it runs. Need N, delivered A and committed C are
// piecewise linear; the integrals are exact.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace aerostat::sim {

// A felt deficit is above the larger of 16 MiB and 1 % of need.
constexpr double felt_above(double need_mib) { return std::max(16.0, need_mib * 0.01); }
// With less available than this a guest of `mib` is nearly empty: its kernel's high watermarks, below which
// it reclaims whatever is asked for, and 32 MiB. Linux' defaults (mm/page_alloc.c): min_free_kbytes is the
// root of 16 times the KiB of memory; low and high are each a quarter of that above the previous one, or
// watermark_scale_factor (0.1 % of memory).
inline double nearly_empty_below(double mib) {
  const double min = 4 * std::sqrt(mib * 1024) / 1024;
  return min + 2 * std::max(min / 4, mib * 0.001) + 32;
}
// A VM's first minute is not scored: nobody knows it yet.
inline constexpr double kUnscored = 60;

struct Totals {
  double seconds = 0;
  double need = 0;          // MiB s
  double waste = 0;         // (C - N)+
  double missing = 0;       // (N - A)+
  double held = 0;          // max(C, N)
  double assigned = 0;      // A
  double short_s = 0;       // time with any deficit
  double felt_s = 0;        // time with a felt deficit
  double near_empty_s = 0;  // time with less than nearly_empty_below() available
  double worst_mib = 0;     // largest deficit
  double longest_s = 0;     // longest felt episode
  double plugged = 0;       // MiB that were added
  double changes = 0;       // target changes
  double reversals = 0;     // changes against the direction of the previous one
  double shortfall = 0;     // (min(N, entitled) - A)+

  void add(const Totals& other);
};

// The integral of (value)+ over `dt` while it changes linearly from v0 to v1.
inline double positive_area(double v0, double v1, double dt) {
  if (v0 >= 0 && v1 >= 0) return (v0 + v1) / 2 * dt;
  if (v0 <= 0 && v1 <= 0) return 0;
  const double top = std::max(v0, v1);
  return top / (std::abs(v0) + std::abs(v1)) * dt * top / 2;
}
// The part of `dt` in which it is above zero.
inline double positive_time(double v0, double v1, double dt) {
  if (v0 > 0 && v1 > 0) return dt;
  if (v0 <= 0 && v1 <= 0) return 0;
  return std::max(v0, v1) / (std::abs(v0) + std::abs(v1)) * dt;
}

// One linear piece of a VM's life, in MiB.
struct Stretch {
  double dt = 0;
  double need0 = 0, need1 = 0;
  double got0 = 0, got1 = 0;    // delivered
  double held0 = 0, held1 = 0;  // committed
  double cache = 0;             // page cache in the guest, needed or not: it counts as available
};

class Meter {
 public:
  void add(double at, const Stretch& s);
  void plugged(double mib) {
    if (scoring_) totals_.plugged += mib;
  }
  void changed(bool up);
  void shortfall(double mib_s) {
    if (scoring_) totals_.shortfall += mib_s;
  }
  // Counting begins here.
  void begin() { scoring_ = true; }
  bool scoring() const { return scoring_; }

  const Totals& totals() const { return totals_; }
  struct Hour {
    double need = 0, missing = 0;
  };
  const std::vector<Hour>& hours() const { return hours_; }

 private:
  bool scoring_ = false;
  Totals totals_;
  std::vector<Hour> hours_;
  double episode_ = 0;
  int last_way_ = 0;
};

}  // namespace aerostat::sim
