#include "sim/plan/needs.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

namespace {

// Needs are summed at steps of this, s: the peak of each VM within the step.
constexpr double kNeedStep = 0.1;
// A long trace is summed at longer steps, so that 8 MiB suffice.
constexpr double kMostSteps = 1e6;

}  // namespace

Needs::Needs(double from_s, double span_s) : from_(from_s), step_(std::max(kNeedStep, span_s / kMostSteps)) {
  sum_.resize(static_cast<std::size_t>(std::max(0.0, span_s) / step_) + 1);
}

double Needs::add(const Trace& trace, std::size_t vm, const ReplayOptions& options) {
  most_.assign(sum_.size(), 0.0F);
  NeedCurve curve = curve_of(trace, vm, options);
  double peak = 0;
  do {
    const Piece& p = curve.piece();
    peak = std::max({peak, p.need0, p.need1});
    const double slope = p.t1 > p.t0 ? (p.need1 - p.need0) / (p.t1 - p.t0) : 0;
    const auto step_at = [&](double t) {
      const double step = std::floor((t - from_) / step_);
      return static_cast<std::size_t>(std::clamp(step, 0.0, static_cast<double>(sum_.size() - 1)));
    };
    for (std::size_t i = step_at(p.t0); i <= step_at(p.t1); ++i) {
      const double begin = std::max(p.t0, from_ + static_cast<double>(i) * step_);
      const double end = std::min(p.t1, from_ + static_cast<double>(i + 1) * step_);
      const double n0 = p.need0 + slope * (begin - p.t0);
      const double n1 = p.need0 + slope * (std::max(begin, end) - p.t0);
      most_[i] = std::max(most_[i], static_cast<float>(std::max(n0, n1)));
    }
  } while (curve.next());
  for (std::size_t i = 0; i < sum_.size(); ++i) {
    sum_[i] += most_[i];
    peak_ = std::max(peak_, static_cast<double>(sum_[i]));
  }
  return peak;
}

NeedsOfTrace needs_of(const Trace& trace, const ReplayOptions& options) {
  Needs needs(trace.first_s(), trace.last_s() - trace.first_s());
  NeedsOfTrace out;
  for (std::size_t i = 0; i < trace.vms().size(); ++i) out.peaks.push_back(needs.add(trace, i, options));
  out.together = needs.peak_together();
  return out;
}

}  // namespace aerostat::sim
