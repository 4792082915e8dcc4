#include "sim/plan/advice.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/bytes.h"
#include "sim/rules/rule.h"

namespace aerostat::sim {

namespace {

// Need is counted in this many classes between 0 and the highest.
constexpr std::size_t kClasses = 4096;
// A VM this close to its limit may have been held back by it.
constexpr double kAtLimit = 0.98;

std::string size(double mib) {
  return format_bytes(Bytes::mib(static_cast<std::int64_t>(std::llround(mib))));
}

std::string moment(double s) {
  const auto whole = static_cast<std::int64_t>(std::max(0.0, s));
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

struct Seen {
  double low = 0;     // it needs less for kBelowMinimum of its time
  double high = 0;    // the highest need
  double high_s = 0;  // when, after its start
};

Seen look_at(const Trace& trace, std::size_t vm) {
  const VmTrace& about = trace.vms()[vm];
  Seen out{about.peak_mib, about.peak_mib, 0};
  std::array<double, kClasses> time{};
  RowCursor cursor(trace, vm);
  Row last{};
  bool any = false;
  bool found = false;
  for (Row row{}; cursor.next(row);) {
    const double need = row.need_mib;
    if (!found && need >= about.peak_mib) {
      out.high_s = row.time_s - about.first_s;
      found = true;
    }
    if (any && about.peak_mib > 0) {
      // Between two rows it needs at least the lower one.
      const double lower = std::min(need, static_cast<double>(last.need_mib));
      const auto cell = static_cast<std::size_t>(lower / about.peak_mib * (kClasses - 1));
      time[std::min(cell, kClasses - 1)] += row.time_s - last.time_s;
    }
    last = row;
    any = true;
  }
  double left = (about.last_s - about.first_s) * kBelowMinimum;
  for (std::size_t i = 0; i < kClasses; ++i) {
    left -= time[i];
    if (left >= 0) continue;
    out.low = about.peak_mib * static_cast<double>(i) / (kClasses - 1);
    break;
  }
  return out;
}

Advice advise(const VmTrace& about, const Seen& seen, const Settings& settings, double block) {
  Advice out{.vm = about.name};
  const double floor = std::ceil(kLeastAdvisedMib / block) * block;
  const double low = std::floor(seen.low / block) * block;
  out.minimum_mib = std::max(floor, low);
  out.why_minimum =
      low >= floor
          ? fmt::format("It needed {} or more for 99 % of its time; with less it would always be short.",
                        size(seen.low))
          : fmt::format("It needed as little as {}, but no guest should have less than {}.", size(seen.low),
                        size(floor));
  const int buffer = settings.buffer_percent.value_or(kUsualBuffer);
  const double wanted = std::ceil(seen.high * (1 + buffer / 100.0) / block) * block;
  out.maximum_mib = std::max(out.minimum_mib, wanted);
  out.why_maximum =
      fmt::format("The most it needed was {}, {} after its start; {} % on top for what was not seen.",
                  size(seen.high), moment(seen.high_s), buffer);
  if (about.limit_mib > 0 && seen.high >= kAtLimit * about.limit_mib) {
    out.why_maximum = fmt::format(
        "It came to {} with a limit of {}, which may have held it back; {} % on top, then "
        "look again.",
        size(seen.high), size(about.limit_mib), buffer);
  }
  return out;
}

}  // namespace

std::vector<Advice> advice_for(const Trace& trace, const ReplayOptions& o) {
  std::vector<Advice> out;
  for (std::size_t i = 0; i < trace.vms().size(); ++i) {
    const VmTrace& about = trace.vms()[i];
    const auto own = o.of_vm.find(about.name);
    const Settings settings = own == o.of_vm.end() ? o.defaults : merged(o.defaults, own->second);
    out.push_back(advise(about, look_at(trace, i), settings, o.physics.block_mib));
  }
  return out;
}

}  // namespace aerostat::sim
