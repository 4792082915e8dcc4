#include "research/oracle.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

double SlidingMost::push(double value) {
  value *= sign_;
  while (!best_.empty() && best_.back().second <= value) best_.pop_back();
  best_.emplace_back(at_++, value);
  while (best_.front().first + span_ < at_) best_.pop_front();
  return best_.front().second * sign_;
}

OracleWalk::OracleWalk(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s)
    : curve_(std::move(curve)),
      block_mib_(block_mib),
      score_from_(score_from_s),
      window_(static_cast<std::size_t>(std::max(1.0, std::round(prices.plug_s / kOracleStep)))),
      most_(window_, 1),
      least_(window_, -1),
      at_(curve_.piece().t0),
      last_need_(curve_.piece().need0) {}

// After the end the last level continues, so that the dips before it close like any other.
bool OracleWalk::next() {
  while (true) {
    Step step;
    if (more_ && read(step)) {
      waiting_.push_back(step);
      last_top_ = step.top;
    } else if (waiting_.empty()) {
      return false;
    }
    const double held = least_.push(most_.push(std::ceil(last_top_ / block_mib_) * block_mib_));
    if (++pushed_ < window_) continue;
    level_ = {waiting_.front().at, waiting_.front().need, held};
    waiting_.pop_front();
    count();
    return true;
  }
}

void OracleWalk::count() {
  if (level_.at >= score_from_) {
    score_.need += level_.need * kOracleStep;
    score_.waste += std::max(0.0, level_.held - level_.need) * kOracleStep;
    if (before_ >= 0 && level_.held > before_) score_.plugged += level_.held - before_;
    if (before_ >= 0 && level_.held != before_) score_.changes += 1;
  }
  before_ = level_.held;
}

bool OracleWalk::read(Step& out) {
  const double end = at_ + kOracleStep;
  double top = last_need_;
  double area = 0;
  double t = at_;
  while (t < end) {
    const Piece& p = curve_.piece();
    const double span = p.t1 - p.t0;
    const double until = std::min(end, p.t1);
    const double slope = span > 0 ? (p.need1 - p.need0) / span : 0;
    const double n0 = p.need0 + slope * (t - p.t0);
    const double n1 = p.need0 + slope * (until - p.t0);
    top = std::max({top, n0, n1});
    if (until > t) area += (n0 + n1) / 2 * (until - t);
    t = std::max(t, until);
    last_need_ = n1;
    if ((until < end || p.t1 <= end) && !curve_.next()) {
      more_ = false;
      break;
    }
  }
  const bool any = t > at_;
  if (any) out = {at_, area / (t - at_), top};
  at_ = end;
  return any;
}

OracleScore oracle(NeedCurve curve, double block_mib, const Prices& prices, double score_from_s) {
  OracleWalk walk(std::move(curve), block_mib, prices, score_from_s);
  while (walk.next()) {
  }
  return walk.score();
}

}  // namespace aerostat::sim
