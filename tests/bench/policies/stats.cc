#include "policies/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace aerostat::bench {

namespace {

constexpr double kLeast = 1e-3;

// 97.5 % points of Student's t for 1 to 30 degrees of freedom; beyond, the normal distribution's.
double student(std::size_t freedom) {
  static constexpr std::array kT = {12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                    2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                    2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042};
  return freedom == 0 ? 0 : freedom <= kT.size() ? kT[freedom - 1] : 1.96;
}

Mean of_logs(std::span<const double> logs) {
  if (logs.empty()) return {};
  const auto n = static_cast<double>(logs.size());
  double mean = 0;
  for (const double x : logs) mean += x / n;
  double squares = 0;
  for (const double x : logs) squares += (x - mean) * (x - mean);
  const double deviation = logs.size() > 1 ? std::sqrt(squares / (n - 1)) : 0;
  const double half = student(logs.size() - 1) * deviation / std::sqrt(n);
  return {std::exp(mean), std::exp(mean - half), std::exp(mean + half)};
}

double log_of(double value) { return std::log(std::max(value, kLeast)); }

}  // namespace

Mean geometric(std::span<const double> values) {
  std::vector<double> logs;
  for (const double v : values) logs.push_back(log_of(v));
  return of_logs(logs);
}

Mean paired(std::span<const double> values, std::span<const double> others) {
  std::vector<double> logs;
  for (std::size_t i = 0; i < values.size(); ++i) logs.push_back(log_of(values[i]) - log_of(others[i]));
  return of_logs(logs);
}

std::string text(const Mean& m) { return fmt::format("{:.3f} [{:.3f}, {:.3f}]", m.value, m.low, m.high); }

}  // namespace aerostat::bench
