#include "vmm/dimm_plan.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace aerostat {

namespace {

// Views of each pass have the sizes, and each pass searches them: so many below the base and above it.
constexpr int kLevelsBelow = 256;
constexpr int kLevelsAbove = 64;
constexpr Bytes kFinest = Bytes::mib(2);

}  // namespace

Bytes dimm_block(Bytes boot) { return boot >= kLargeBoot ? kLargeDimmBlock : kDimmBlock; }

Bytes dimm_step(Bytes has, Bytes room, int slots, Bytes block) {
  const Bytes whole = room.round_down(block);
  if (slots <= 0 || whole <= Bytes{} || has <= Bytes{}) return {};
  const double times = static_cast<double>((has + whole).count()) / static_cast<double>(has.count());
  const Bytes part = has.scaled(std::pow(times, 1.0 / slots) - 1);
  // Rounding must not leave the last slot short of the maximum by a byte.
  return std::clamp((part + Bytes::of(1)).round_up(block), block, whole);
}

Levels dimm_levels(Bytes least, Bytes base, Bytes step, Bytes room) {
  const Bytes below = std::max(Bytes{}, base - least);
  const Bytes fine = std::max(kFinest, Bytes::of(below.count() / kLevelsBelow).round_up(kFinest));
  std::vector<Bytes> sizes;
  for (Bytes size = base - below.round_down(fine); size < base; size += fine) sizes.push_back(size);
  if (sizes.empty() || least < sizes.front()) sizes.insert(sizes.begin(), std::min(least, base));
  if (sizes.back() < base) sizes.push_back(base);
  Bytes size = base + step;
  for (int i = 0; i < kLevelsAbove && step > Bytes{} && size < base + room; ++i, size += step)
    sizes.push_back(size);
  if (room > Bytes{}) sizes.push_back(base + room);
  return Levels::sizes(std::move(sizes));
}

}  // namespace aerostat
