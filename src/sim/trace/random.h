// Random numbers of the lab: small, fast, the same on every machine for the same seed.
#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>

namespace aerostat::sim {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) { next(); }

  // SplitMix64 (Steele, Lea, Flood 2014).
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  // [0, 1)
  double uniform() { return static_cast<double>(next() >> 11U) * 0x1p-53; }
  double uniform(double from, double to) { return from + (to - from) * uniform(); }
  // 0 to below `n` (> 0)
  std::uint64_t below(std::uint64_t n) { return next() % n; }
  // Standard normal, by the polar method. One of each pair is kept.
  double normal() {
    if (kept_) {
      kept_ = false;
      return spare_;
    }
    double u = 0;
    double v = 0;
    double s = 0;
    do {
      u = 2 * uniform() - 1;
      v = 2 * uniform() - 1;
      s = u * u + v * v;
    } while (s >= 1 || s == 0);
    const double f = std::sqrt(-2 * std::log(s) / s);
    spare_ = v * f;
    kept_ = true;
    return u * f;
  }

 private:
  std::uint64_t state_;
  double spare_ = 0;
  bool kept_ = false;
};

// A seed for a named thing, so that adding a VM changes no other VM's randomness.
inline std::uint64_t seed_for(std::uint64_t seed, std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return Random(h).next();
}

}  // namespace aerostat::sim
