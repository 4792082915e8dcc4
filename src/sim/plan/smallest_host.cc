#include "sim/plan/smallest_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/plan/needs.h"

namespace aerostat::sim {

namespace {

Bytes rounded_up(double mib, Bytes block) { return Bytes::of_mib(std::ceil(mib)).round_up(block); }

class Search {
 public:
  Search(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
         const PlanLimits& limits, const PlanProgress& progress)
      : trace_(trace),
        policy_(policy),
        o_(options),
        limits_(limits),
        progress_(progress),
        block_(Bytes::of_mib(options.physics.block_mib)) {}

  SmallestHost go() {
    yardsticks();
    const Bytes least = least_host();
    Bytes fits = std::max(out_.largest, least);
    out_.largest = fits;
    expected_ = 2 + std::ceil(std::log2(std::max(
                        2.0, static_cast<double>(fits.count()) / static_cast<double>(block_.count()))));
    if (!good(fits)) return std::move(out_);
    out_.memory = fits;
    Bytes fails = std::max(least, Bytes::of(out_.together.count() / 2).round_down(block_));
    while (fails < fits && good(fails)) {
      fits = fails;
      if (fails == least) return std::move(out_);
      fails = std::max(least, Bytes::of(fails.count() / 2).round_down(block_));
    }
    while (fits - fails > block_) {
      const Bytes middle = fails + Bytes::of((fits - fails).count() / 2).round_down(block_);
      (good(middle) ? fits : fails) = middle;
    }
    return std::move(out_);
  }

 private:
  void yardsticks() {
    const NeedsOfTrace needs = needs_of(trace_, o_);
    out_.maxima = Bytes{};
    for (std::size_t i = 0; i < needs.peaks.size(); ++i) {
      out_.own_peaks = out_.own_peaks + rounded_up(needs.peaks[i], block_);
      const std::optional<Bytes> maximum = maximum_of(trace_.vms()[i], o_);
      out_.maxima = out_.maxima && maximum ? std::optional(*out_.maxima + *maximum) : std::nullopt;
    }
    out_.together = rounded_up(needs.together, Bytes::mib(1));
    // Room for all headrooms, whatever the policy.
    const Bytes ample = out_.own_peaks + out_.own_peaks;
    out_.largest = std::max(ample, out_.maxima.value_or(ample)).round_up(block_);
  }

  // A VM's minimum must fit, and at least one block.
  Bytes least_host() const {
    Bytes least = block_;
    for (const VmTrace& vm : trace_.vms()) {
      const auto own = o_.of_vm.find(vm.name);
      const Settings s = own == o_.of_vm.end() ? o_.defaults : merged(o_.defaults, own->second);
      least = std::max(least, s.minimum.value_or(block_).round_up(block_));
    }
    return least;
  }

  bool good(Bytes memory) {
    ReplayOptions with = o_;
    with.host_memory = memory;
    with.progress = [&](double part) {
      if (!progress_) return;
      const double done = (static_cast<double>(out_.replays) + part) / expected_;
      progress_(std::min(done, 1.0), "smallest host: trying " + format_bytes(memory));
    };
    Outcome outcome = replay(trace_, policy_, with);
    ++out_.replays;
    const std::string broken = broken_limit(outcome, limits_);
    const bool first = out_.replays == 1;
    if (broken.empty()) out_.memory = memory;
    if (broken.empty() || first) out_.at = std::move(outcome);
    if (!broken.empty()) out_.broken = broken;
    return broken.empty();
  }

  const Trace& trace_;
  const PolicyEntry& policy_;
  const ReplayOptions& o_;
  const PlanLimits& limits_;
  const PlanProgress& progress_;
  Bytes block_;
  double expected_ = 1;
  SmallestHost out_;
};

}  // namespace

std::optional<Bytes> maximum_of(const VmTrace& vm, const ReplayOptions& o) {
  const auto own = o.of_vm.find(vm.name);
  if (own != o.of_vm.end() && own->second.maximum) return own->second.maximum;
  if (vm.limit_mib > 0) return Bytes::of_mib(vm.limit_mib);
  return o.defaults.maximum;
}

SmallestHost smallest_host(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
                           const PlanLimits& limits, const PlanProgress& progress) {
  return Search(trace, policy, options, limits, progress).go();
}

}  // namespace aerostat::sim
