#include "research/search.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/trace/random.h"

namespace aerostat::sim {

namespace {

// Steps are shares of a constant's range.
constexpr double kFirstStep = 0.2;
constexpr double kLastStep = 0.01;
// Tries of all constants together after each round of single ones.
constexpr int kTogether = 4;

double two_digits(double value) {
  if (value == 0) return 0;
  const double unit = std::pow(10, std::floor(std::log10(std::abs(value))) - 1);
  return std::round(value / unit) * unit;
}

// Maps a value to 0..1 within its range, and back.
double place(const Constant& c, double value) {
  if (c.log) return std::log(value / c.low) / std::log(c.high / c.low);
  return (value - c.low) / (c.high - c.low);
}
double at_place(const Constant& c, double place) {
  const double p = std::clamp(place, 0.0, 1.0);
  const double value = c.log ? c.low * std::pow(c.high / c.low, p) : c.low + (c.high - c.low) * p;
  return std::clamp(two_digits(value), c.low, c.high);
}

class Searcher {
 public:
  Searcher(const std::vector<Constant>& constants,
           const std::function<double(const std::vector<double>&)>& cost, const SearchOptions& options)
      : constants_(constants), cost_(cost), o_(options), random_(options.seed) {}

  Found go() {
    Found out;
    std::vector<double> start;
    start.reserve(constants_.size());
    for (const Constant& c : constants_) start.push_back(c.value);
    try_out(start);
    out.cost_at_start = best_cost_;
    while (tried_ < o_.tries / 3 && asked_ < most_asked()) try_out(anywhere());
    for (double step = kFirstStep; left();) {
      const double before = best_cost_;
      round(step);
      if (best_cost_ < before) continue;
      step /= 2;
      if (step < kLastStep) step = kFirstStep;  // tries are left: again, with other random steps
    }
    out.constants = constants_;
    for (std::size_t i = 0; i < constants_.size(); ++i) out.constants[i].value = best_[i];
    out.cost = best_cost_;
    out.tried = tried_;
    return out;
  }

 private:
  // Repeated values cost nothing, so the number of calls is limited as well.
  std::size_t most_asked() const { return 20 * o_.tries; }
  bool left() const { return tried_ < o_.tries && asked_ < most_asked(); }

  std::vector<double> anywhere() {
    std::vector<double> out;
    out.reserve(constants_.size());
    for (const Constant& c : constants_) out.push_back(at_place(c, random_.uniform()));
    return out;
  }

  void round(double step) {
    for (std::size_t i = 0; i < constants_.size() && left(); ++i) {
      const double by = step * random_.uniform(0.5, 1.5);
      if (!moved(i, by)) moved(i, -by);
    }
    for (int k = 0; k < kTogether && left(); ++k) {
      std::vector<double> values = best_;
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = at_place(constants_[i], place(constants_[i], best_[i]) + step * random_.normal());
      try_out(values);
    }
  }

  bool moved(std::size_t i, double by) {
    std::vector<double> values = best_;
    values[i] = at_place(constants_[i], place(constants_[i], best_[i]) + by);
    return left() && try_out(values);
  }

  bool try_out(const std::vector<double>& values) {
    ++asked_;
    if (!seen_.emplace(values, true).second) return false;
    const double cost = cost_(values);
    ++tried_;
    const bool better = best_.empty() || cost < best_cost_;
    if (better) {
      best_ = values;
      best_cost_ = cost;
    }
    return better;
  }

  const std::vector<Constant>& constants_;
  const std::function<double(const std::vector<double>&)>& cost_;
  const SearchOptions& o_;
  Random random_;
  std::vector<double> best_;
  double best_cost_ = 0;
  std::size_t tried_ = 0, asked_ = 0;
  std::map<std::vector<double>, bool> seen_;
};

}  // namespace

Found search(const std::vector<Constant>& constants,
             const std::function<double(const std::vector<double>&)>& cost, const SearchOptions& options) {
  return Searcher(constants, cost, options).go();
}

}  // namespace aerostat::sim
