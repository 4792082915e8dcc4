#include "sim/plan/density.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "sim/plan/needs.h"

namespace aerostat::sim {

namespace {

double life_of(const VmTrace& vm) { return vm.last_s - vm.first_s; }

double longest_life(const Trace& trace) {
  double out = 0;
  for (const VmTrace& vm : trace.vms()) out = std::max(out, life_of(vm));
  return out;
}

// One VM's rows, shifted so that they begin `phase` s after its start and repeat until `span` s are over.
void add_turned(Trace& out, const std::string& name, const Trace& source, std::size_t vm, double phase,
                double span) {
  const VmTrace& about = source.vms()[vm];
  const double life = life_of(about);
  out.set_straight(about.straight);
  // The end of one life and the start of the next are the same moment, up to rounding.
  double latest = 0;
  const auto add = [&](const Row& row, double at) {
    latest = std::max(latest, at);
    AEROSTAT_CHECK(out.add(name, {latest, row.need_mib, row.cache_mib}, about.limit_mib).has_value(),
                   "turned rows can be kept");
  };
  double begin = -phase;
  Row last{};
  bool any = false;
  while (begin <= span) {
    RowCursor cursor(source, vm);
    for (Row row{}; cursor.next(row);) {
      const double at = begin + row.time_s - about.first_s;
      if (at > span) break;
      if (at < 0) {
        last = row;
        continue;
      }
      if (!any && at > 0) add(last, 0);  // its need just before
      any = true;
      add(row, at);
      last = row;
    }
    if (life <= 0) break;
    begin += life;
  }
  add(last, span);
}

std::size_t middle(const std::vector<Fit>& fits, std::size_t Fit::* figure) {
  std::vector<std::size_t> all;
  all.reserve(fits.size());
  for (const Fit& fit : fits) all.push_back(fit.*figure);
  const auto half = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) / 2);
  std::nth_element(all.begin(), half, all.end());
  return *half;
}

class Admission {
 public:
  Admission(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
            const PlanLimits& limits)
      : trace_(trace), policy_(policy), o_(options), limits_(limits) {}

  // What needs no replay. Own peaks are rounded up to blocks.
  Fit yardsticks(std::uint64_t seed) const {
    Fit fit{.seed = seed};
    const double host = o_.host_memory.to_mib();
    const double block = o_.physics.block_mib;
    const double span = longest_life(trace_);
    Needs needs(0, span);
    double own = 0;
    for (std::size_t n = 1; n <= kMostVms; ++n) {
      const Fleet one = member(n - 1, seed, span);
      own += std::ceil(needs.add(one.trace, 0, one.options) / block) * block;
      if (own <= host) fit.own_peaks = n;
      if (needs.peak_together() > host) break;
      fit.pooled = n;
    }
    return fit;
  }

  std::optional<std::size_t> by_maxima() const {
    Bytes sum;
    for (std::size_t n = 0; n < kMostVms; ++n) {
      const std::optional<Bytes> maximum = maximum_of(trace_.vms()[n % trace_.vms().size()], o_);
      if (!maximum) return std::nullopt;
      sum += *maximum;
      if (sum > o_.host_memory) return n;
    }
    return kMostVms;
  }

  // The largest fleet within the limits. One more VM was tried and breaks them.
  std::size_t by_policy(const Fit& fit, const std::function<void(std::size_t, double)>& tell) const {
    std::size_t fits = 0;
    std::size_t fails = std::min(kMostVms, fit.pooled + 1);
    while (good(fails, fit.seed, tell)) {
      fits = fails;
      if (fits == kMostVms) return fits;
      ++fails;
    }
    while (fails - fits > 1) {
      const std::size_t half = fits + (fails - fits) / 2;
      (good(half, fit.seed, tell) ? fits : fails) = half;
    }
    return fits;
  }

  Fleet make(std::size_t count, std::uint64_t seed) const {
    Fleet out{Trace(), o_};
    const double span = longest_life(trace_);
    for (std::size_t i = 0; i < count; ++i) join(out, i, seed, span);
    return out;
  }

 private:
  Fleet member(std::size_t index, std::uint64_t seed, double span) const {
    Fleet out{Trace(), o_};
    join(out, index, seed, span);
    return out;
  }

  void join(Fleet& fleet, std::size_t index, std::uint64_t seed, double span) const {
    const std::size_t source = index % trace_.vms().size();
    const VmTrace& about = trace_.vms()[source];
    const std::string name = fmt::format("{}#{}", about.name, index / trace_.vms().size() + 1);
    const double phase = Random(seed_for(seed, name)).uniform(0, std::max(0.0, life_of(about)));
    add_turned(fleet.trace, name, trace_, source, phase, span);
    if (const auto own = o_.of_vm.find(about.name); own != o_.of_vm.end())
      fleet.options.of_vm[name] = own->second;
    fleet.options.seed = seed;
  }

  bool good(std::size_t count, std::uint64_t seed,
            const std::function<void(std::size_t, double)>& tell) const {
    Fleet fleet = make(count, seed);
    fleet.options.progress = [&](double done) { tell(count, done); };
    return broken_limit(replay(fleet.trace, policy_, fleet.options), limits_).empty();
  }

  const Trace& trace_;
  const PolicyEntry& policy_;
  const ReplayOptions& o_;
  const PlanLimits& limits_;
};

}  // namespace

Fleet fleet_of(const Trace& trace, const ReplayOptions& options, std::size_t count, std::uint64_t seed) {
  const PolicyEntry nobody;
  const PlanLimits none;
  return Admission(trace, nobody, options, none).make(count, seed);
}

Density density(const Trace& trace, const PolicyEntry& policy, const ReplayOptions& options,
                const PlanLimits& limits, std::size_t seeds, const PlanProgress& progress) {
  const Admission admission(trace, policy, options, limits);
  Density out;
  out.maxima = admission.by_maxima();
  for (std::size_t i = 0; i < seeds; ++i) {
    Fit fit = admission.yardsticks(options.seed + i);
    fit.policy = admission.by_policy(fit, [&](std::size_t vms, double part) {
      if (!progress) return;
      progress((static_cast<double>(i) + part) / static_cast<double>(seeds),
               fmt::format("density: {} VMs, seed {}", vms, fit.seed));
    });
    out.fits.push_back(fit);
  }
  if (out.fits.empty()) return out;
  for (const auto figure : {&Fit::policy, &Fit::own_peaks, &Fit::pooled})
    out.median.*figure = middle(out.fits, figure);
  return out;
}

}  // namespace aerostat::sim
