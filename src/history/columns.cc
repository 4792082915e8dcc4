#include "history/columns.h"

#include <cmath>

namespace aerostat::history {

namespace {

constexpr std::int64_t kKib = 1024;
// Beyond this a number is a mistake, and sums of it would overflow.
constexpr std::int64_t kMost = std::int64_t{1} << 42;

std::int64_t bounded(std::int64_t value) { return value > kMost ? kMost : value < -kMost ? -kMost : value; }

std::int64_t kib(Bytes size) { return bounded(size.count() / kKib); }
std::int64_t kib(const std::optional<Bytes>& size) { return size ? kib(*size) : kUnknown; }
std::int64_t tenths(const std::optional<double>& percent) {
  if (!percent || !(std::abs(*percent) < 1e9)) return kUnknown;
  return std::llround(*percent * 10);
}

Values with_peaks(Values out) {
  for (std::size_t i = 0; i < kPeaks; ++i) out[kLevels + i] = out[kPeakOf[i]];
  return out;
}

}  // namespace

Values values_of(const VmReport& vm) {
  return with_peaks({kib(vm.assigned), kib(vm.visible), kib(vm.demand), kib(vm.wanted), kib(vm.resident),
                     kib(vm.available), tenths(vm.pressure_percent), kib(vm.swap_used), 0, 0});
}

Values values_of(const HostReport& host) {
  return with_peaks({kib(host.capacity), kib(host.reserve), kib(host.committed), kib(host.free),
                     kib(host.reserved), kib(host.host_available), kib(host.over_committed),
                     bounded(static_cast<std::int64_t>(host.vms)), 0, 0});
}

std::optional<double> shown(std::int64_t value, Unit unit) {
  if (value == kUnknown) return std::nullopt;
  const double number = static_cast<double>(value);
  switch (unit) {
    case Unit::Bytes: return number * kKib;
    case Unit::Percent: return number / 10;
    case Unit::None:
    case Unit::Pages:
    case Unit::Count:
    case Unit::Seconds:
    case Unit::Microseconds: break;
  }
  return number;
}

}  // namespace aerostat::history
