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

}  // namespace

std::vector<Bytes> share_out(Bytes pool, std::span<const Claim> claims) {
  double low = 0;
  double high = 0;
  for (const Claim& claim : claims) {
    high = std::max(high, static_cast<double>(claim.most.count()) / weight_of(claim) + 1);
  }
  if (sum_at(claims, high) <= pool) {
    low = high;
  } else {
    // The sum rises with the level; 64 halvings pin it to the byte.
    for (int i = 0; i < 64; ++i) {
      const double middle = (low + high) / 2;
      (sum_at(claims, middle) <= pool ? low : high) = middle;
    }
  }
  std::vector<Bytes> out;
  out.reserve(claims.size());
  for (const Claim& claim : claims) out.push_back(at_level(claim, low));
  return out;
}

}  // namespace aerostat
