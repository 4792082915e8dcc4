#include "sim/score/oracle.h"

#include <cmath>

namespace aerostat::sim {

namespace {

// The largest of the last `span` values, as they stream by.
class SlidingMost {
 public:
  SlidingMost(std::size_t span, double sign) : span_(span), sign_(sign) {}
  // The extreme of the window that ends with `value`.
  double push(double value) {
    value *= sign_;
    while (!best_.empty() && best_.back().second <= value) best_.pop_back();
    best_.emplace_back(at_++, value);
    while (best_.front().first + span_ < at_) best_.pop_front();
    return best_.front().second * sign_;
  }

 private:
  std::size_t span_;
  double sign_;
  std::size_t at_ = 0;
  std::deque<std::pair<std::size_t, double>> best_;
};

class Adder {
 public:
  Adder(double score_from, const LevelSink& sink) : from_(score_from), sink_(sink) {}
  void add(double at, double need, double held) {
    if (sink_) sink_(at, need, held);
    if (at >= from_) {
      score.need += need * kOracleStep;
      score.waste += std::max(0.0, held - need) * kOracleStep;
      if (before_ >= 0 && held > before_) score.plugged += held - before_;
      if (before_ >= 0 && held != before_) score.changes += 1;
      score.peak = std::max(score.peak, held);
    }
    before_ = held;
  }
  OracleScore score;

 private:
  double from_;
  const LevelSink& sink_;
  double before_ = -1;
};

}  // namespace

OracleScore oracle(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s,
                   const LevelSink& level) {
  const auto window = static_cast<std::size_t>(std::max(1.0, std::round(prices.plug_s / kOracleStep)));
  SlidingMost most(window, 1);
  SlidingMost least(window, -1);
  Adder adder(score_from_s, level);
  // The maximum looks back over `window`; the minimum over the `window` maxima that follow closes the dips,
  // so its answer belongs to the step `window - 1` ago.
  std::deque<std::pair<double, double>> waiting;  // time, need
  std::size_t seen = 0;
  const auto push = [&](double at, double need, double top) {
    waiting.emplace_back(at, need);
    const double held = least.push(most.push(std::ceil(top / block_mib) * block_mib));
    if (++seen < window) return;
    adder.add(waiting.front().first, waiting.front().second, held);
    waiting.pop_front();
  };
  double at = curve.piece().t0;
  double last_need = curve.piece().need0;
  bool more = true;
  while (more) {
    // One step: mean and largest need over it.
    const double end = at + kOracleStep;
    double top = last_need;
    double area = 0;
    double t = at;
    while (t < end) {
      const Piece& p = curve.piece();
      const double span = p.t1 - p.t0;
      const double until = std::min(end, p.t1);
      const double slope = span > 0 ? (p.need1 - p.need0) / span : 0;
      const double n0 = p.need0 + slope * (t - p.t0);
      const double n1 = p.need0 + slope * (until - p.t0);
      top = std::max({top, n0, n1});
      if (until > t) area += (n0 + n1) / 2 * (until - t);
      t = until;
      last_need = n1;
      if (until < end || p.t1 <= end) {
        if (!curve.next()) {
          more = false;
          break;
        }
      }
    }
    if (t > at) push(at, area / (t - at), top);
    at = end;
  }
  // What still waits is held until the end.
  const auto rest = waiting;
  for (std::size_t i = 0; i < rest.size(); ++i) push(at, rest.back().second, rest.back().second);
  return adder.score;
}

}  // namespace aerostat::sim
