// Oracle: the clairvoyant that knows all need in advance and is limited by nothing but blocks. It holds the
// need rounded up to blocks and bridges dips shorter than the price of a move (a sliding maximum, then a
// sliding minimum of it). Streams: it remembers a window, not the trace.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>

#include "sim/score/prices.h"
#include "sim/trace/need_curve.h"

namespace aerostat::sim {

struct OracleScore {
  double need = 0;     // MiB s
  double waste = 0;    // MiB s above need
  double plugged = 0;  // MiB
  double changes = 0;
};

// The oracle's levels come in steps of this, s.
inline constexpr double kOracleStep = 0.05;

struct OracleLevel {
  double at = 0;  // the start of the step
  double need = 0, held = 0;
};

// The largest of the last `span` values of a stream, or with `sign` -1 the smallest.
class SlidingMost {
 public:
  SlidingMost(std::size_t span, double sign) : span_(span), sign_(sign) {}
  double push(double value);

 private:
  std::size_t span_;
  double sign_;
  std::size_t at_ = 0;
  std::deque<std::pair<std::size_t, double>> best_;
};

// The oracle of one VM, step by step.
class OracleWalk {
 public:
  // Scored from `score_from_s` on.
  OracleWalk(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s);
  // To the next step; false when the VM's life is over.
  bool next();
  const OracleLevel& level() const { return level_; }
  // Of the steps so far.
  const OracleScore& score() const { return score_; }

 private:
  struct Step {
    double at = 0, need = 0;  // mean
    double top = 0;           // the peak
  };
  bool read(Step& out);  // the next step of the curve
  void count();

  NeedCurve curve_;
  double block_mib_, score_from_;
  std::size_t window_;
  SlidingMost most_, least_;
  // Steps whose level is not known yet. The maximum looks back over `window_`. The minimum over the following
  // `window_` maxima closes the dips, so its result belongs to the step `window_ - 1` ago.
  std::deque<Step> waiting_;
  std::size_t pushed_ = 0;
  double at_, last_need_, last_top_ = 0;
  bool more_ = true;
  double before_ = -1;
  OracleLevel level_;
  OracleScore score_;
};

// Its whole life at once.
OracleScore oracle(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s);

}  // namespace aerostat::sim
