#include "policy/share.h"

#include <algorithm>

namespace aerostat {

namespace {

double weight_of(const Claim& claim) { return std::max(claim.weight, 0.5); }

Bytes at_level(const Claim& claim, double level) {
  const double amount = std::min(level * weight_of(claim), 9e18);
  return std::clamp(Bytes::of(static_cast<std::int64_t>(amount)), claim.least, claim.most);
}

Bytes sum_at(std::span<const Claim> claims, double level) {
  Bytes sum;
  for (const Claim& claim : claims) sum += at_level(claim, level);
  return sum;
}

// The highest level whose sum fits into the pool, to within a byte a claim. The sum rises with the level,
// linearly between the levels at which a claim meets its bounds. So interpolate between both ends. Halving at
// each third step ensures progress whatever the bounds are.
double level_for(Bytes pool, std::span<const Claim> claims) {
  double low = 0;
  double high = 0;
  for (const Claim& claim : claims)
    high = std::max(high, static_cast<double>(claim.most.count()) / weight_of(claim) + 1);
  Bytes at_low = sum_at(claims, low);
  Bytes at_high = sum_at(claims, high);
  if (at_high <= pool) return high;
  const Bytes rounding = Bytes::of(static_cast<std::int64_t>(claims.size()));
  const Bytes half = Bytes::of(static_cast<std::int64_t>(claims.size() / 2));
  for (int i = 0; i < 3 * 64 && at_low + rounding < pool; ++i) {
    const double part =
        static_cast<double>((pool - at_low - half).count()) / static_cast<double>((at_high - at_low).count());
    const double middle = low + (high - low) * (i % 3 == 2 ? 0.5 : part);
    const Bytes at_middle = sum_at(claims, middle);
    (at_middle <= pool ? low : high) = middle;
    (at_middle <= pool ? at_low : at_high) = at_middle;
  }
  return low;
}

}  // namespace

std::vector<Bytes> share_out(Bytes pool, std::span<const Claim> claims) {
  const double level = level_for(pool, claims);
  std::vector<Bytes> out;
  out.reserve(claims.size());
  for (const Claim& claim : claims) out.push_back(at_level(claim, level));
  return out;
}

}  // namespace aerostat
