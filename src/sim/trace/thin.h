// Thin: omits rows within a tolerance of the straight line between the remaining rows, in need and in page
// cache. The first and the last row stay, and so do the rows around a gap. One pass, constant memory.
#pragma once

#include <functional>
#include <optional>

namespace aerostat::sim {

struct TraceRow {
  double time_s = 0;
  double need_mib = 0;
  double cache_mib = 0;
};

class Thin {
 public:
  // `tolerance_mib` 0: omits only rows that are exactly on the line; negative: omits none. `gap_s`: rows this
  // far apart form no line.
  Thin(double tolerance_mib, double gap_s, std::function<void(const TraceRow&)> keep)
      : tolerance_(tolerance_mib), gap_(gap_s), keep_(std::move(keep)) {}

  // In order of time.
  void add(const TraceRow& row);
  void finish();  // the last row is kept

 private:
  // The slopes, from the last kept row, of lines that pass every row since within the tolerance.
  struct Slopes {
    double least = 0, most = 0;
    bool narrow(double value, double dt, double tolerance);
  };
  void keep(const TraceRow& row);

  double tolerance_, gap_;
  std::function<void(const TraceRow&)> keep_;
  std::optional<TraceRow> kept_, last_;  // last_: seen after kept_, not decided
  Slopes need_, cache_;
};

}  // namespace aerostat::sim
