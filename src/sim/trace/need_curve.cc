#include "sim/trace/need_curve.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

namespace {

// At most this many bisections between two rows: 16,384 pieces.
constexpr int kMostHalvings = 14;
constexpr std::size_t kBefore = 2;
constexpr std::size_t kAfter = 2;
// Mean of |x| of a standard normal.
constexpr double kMeanAbs = 0.7978845608;

}  // namespace

std::string_view texture_name(Texture texture) {
  switch (texture) {
    case Texture::Auto: return "auto";
    case Texture::Rough: return "rough";
    case Texture::Linear: return "linear";
  }
  return "?";
}

NeedCurve::NeedCurve(const Trace& trace, std::size_t vm, Texture texture, std::uint64_t seed, double most_mib)
    : cursor_(trace, vm),
      texture_(texture == Texture::Auto && trace.vms()[vm].straight ? Texture::Linear : texture),
      random_(seed),
      most_(most_mib) {
  Row row{};
  while (ahead_.size() < kAfter + 2 && (more_ = cursor_.next(row))) ahead_.push_back(row);
  if (ahead_.empty()) return;
  const Row& only = ahead_.front();
  piece_ = {only.time_s, only.time_s, only.need_mib, only.need_mib, only.cache_mib, only.cache_mib};
  whole_ = piece_;
  if (ahead_.size() > 1) {
    roughen(ahead_[0].time_s, ahead_[1].time_s);
    next();
  }
}

// The typical change of need around the current rows over their distance, as a standard deviation. On a
// straight section the change is a trend and no roughness, so use the second difference.
double NeedCurve::scale() const {
  const double dt = ahead_[current_ + 1].time_s - ahead_[current_].time_s;
  double first = 0;
  double second = 0;
  int firsts = 0;
  int seconds = 0;
  for (std::size_t i = 0; i + 1 < ahead_.size(); ++i) {
    const double gap = ahead_[i + 1].time_s - ahead_[i].time_s;
    if (gap <= 0) continue;
    const double change =
        static_cast<double>(ahead_[i + 1].need_mib) - static_cast<double>(ahead_[i].need_mib);
    first += std::abs(change) * std::pow(dt / gap, kHurst);
    ++firsts;
    if (i + 2 >= ahead_.size() || ahead_[i + 2].time_s <= ahead_[i + 1].time_s) continue;
    const double gap2 = ahead_[i + 2].time_s - ahead_[i + 1].time_s;
    const double change2 =
        static_cast<double>(ahead_[i + 2].need_mib) - static_cast<double>(ahead_[i + 1].need_mib);
    second += std::abs(change2 * gap / gap2 - change) * std::pow(dt / gap, kHurst);
    ++seconds;
  }
  if (firsts == 0) return 0;
  const double by_first = first / firsts / kMeanAbs;
  if (seconds == 0) return by_first;
  // Var of B(2) - 2 B(1) of fractional Brownian motion: 4 - 2^2H.
  const double by_second = second / seconds / (kMeanAbs * std::sqrt(4 - std::pow(2.0, 2 * kHurst)));
  return by_second < by_first / 2 ? by_second : by_first;
}

void NeedCurve::roughen(double t0, double t1) {
  const Row& from = ahead_[current_];
  const Row& to = ahead_[current_ + 1];
  whole_ = {t0, t1, from.need_mib, to.need_mib, from.cache_mib, to.cache_mib};
  knots_.assign({static_cast<double>(from.need_mib), static_cast<double>(to.need_mib)});
  knot_ = 0;
  const double dt = t1 - t0;
  const bool rough = texture_ == Texture::Rough || (texture_ == Texture::Auto && dt > kFineRows * 1.001);
  if (!rough || dt <= kFinePiece) return;
  double sigma = scale();
  if (sigma <= 0) return;
  // Var of B(1/2) given B(1): 2^-2H - 1/4.
  sigma *= std::sqrt(std::pow(2.0, -2 * kHurst) - 0.25);
  const double most = most_ > 0 ? std::max({most_, whole_.need0, whole_.need1}) : 1e300;
  const double least = std::max(whole_.cache0, whole_.cache1);
  for (int i = 0; i < kMostHalvings && dt / static_cast<double>(knots_.size() - 1) > kFinePiece; ++i) {
    std::vector<double> finer;
    finer.reserve(knots_.size() * 2 - 1);
    for (std::size_t k = 0; k + 1 < knots_.size(); ++k) {
      const double middle = (knots_[k] + knots_[k + 1]) / 2 + sigma * random_.normal();
      finer.push_back(knots_[k]);
      finer.push_back(std::clamp(middle, std::min(least, most), most));
    }
    finer.push_back(knots_.back());
    knots_ = std::move(finer);
    sigma *= std::pow(2.0, -kHurst);
  }
}

bool NeedCurve::load() {
  Row row{};
  while (true) {
    if (current_ + 2 >= ahead_.size()) return false;
    ++current_;
    if (current_ > kBefore) {
      ahead_.erase(ahead_.begin());
      --current_;
    }
    if (more_) more_ = cursor_.next(row);
    if (more_) ahead_.push_back(row);
    if (ahead_[current_ + 1].time_s > ahead_[current_].time_s) break;
  }
  roughen(ahead_[current_].time_s, ahead_[current_ + 1].time_s);
  return true;
}

bool NeedCurve::next() {
  if (knots_.empty()) return false;
  if (knot_ + 1 >= knots_.size() && !load()) return false;
  const double pieces = static_cast<double>(knots_.size() - 1);
  const double from = static_cast<double>(knot_) / pieces;
  const double to = static_cast<double>(knot_ + 1) / pieces;
  const double span = whole_.t1 - whole_.t0;
  const double cache = whole_.cache1 - whole_.cache0;
  piece_ = {whole_.t0 + span * from, whole_.t0 + span * to,        knots_[knot_],
            knots_[knot_ + 1],       whole_.cache0 + cache * from, whole_.cache0 + cache * to};
  ++knot_;
  return true;
}

}  // namespace aerostat::sim
