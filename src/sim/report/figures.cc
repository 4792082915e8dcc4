#include "sim/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace aerostat::sim {

namespace {

using F = Figures;

constexpr std::array kFields = {
    FigureField{"waste", "W: memory held above need, as a share of need", &F::waste},
    FigureField{"violation", "V: need that was not met, as a share of need", &F::violation},
    FigureField{"violation_time_share", "share of the VMs' time with any deficit", &F::violation_time_share},
    FigureField{"felt_time_share", "share of it with a deficit above 16 MiB and 1 % of need",
                &F::felt_time_share},
    FigureField{"near_empty_time_share",
                "share of the VMs' time with less available than the kernel's high watermarks and 32 MiB",
                &F::near_empty_time_share},
    FigureField{"worst_vm_violation", "V of the worst VM", &F::worst_vm_violation},
    FigureField{"worst_hour_violation", "V of the worst hour, all VMs together", &F::worst_hour_violation},
    FigureField{"worst_deficit_mib", "the largest deficit of a VM", &F::worst_deficit_mib},
    FigureField{"longest_episode_s", "the longest continuous felt deficit", &F::longest_episode_s},
    FigureField{"move_cost", "M: price of all changes, as a share of need", &F::move_cost},
    FigureField{"s", "S = W + 500 V + M; lower is better", &F::s},
    FigureField{"s_oracle", "S of the oracle, which knows all need in advance", &F::s_oracle},
    FigureField{"competitive_ratio", "(1 + S) / (1 + S of the oracle)", &F::competitive_ratio},
    FigureField{"footprint_ratio", "memory held or needed, whichever is more, over need",
                &F::footprint_ratio},
    FigureField{"footprint_gib_min", "the same, in GiB minutes", &F::footprint_gib_min},
    FigureField{"peak_assigned_mib", "the most committed to all VMs at one time", &F::peak_assigned_mib},
    FigureField{"plugged_gib", "memory added, all VMs together", &F::plugged_gib},
    FigureField{"resizes_per_vm_hour", "changes of a target, per VM and hour", &F::resizes_per_vm_hour},
    FigureField{"reversals_per_vm_hour", "changes against the previous one", &F::reversals_per_vm_hour},
    FigureField{"entitlement_shortfall", "E: what VMs lacked of their fair share, as a share of need",
                &F::entitlement_shortfall},
    FigureField{"law_violations", "number of broken laws; must be 0", &F::law_violations, true},
};

}  // namespace

std::span<const FigureField> figure_fields() { return kFields; }

bool is_scored(const VmTrace& vm) { return vm.last_s - vm.first_s > kUnscored; }

Result<void> can_be_scored(const std::vector<VmTrace>& vms) {
  double longest = 0;
  double most = 0;
  for (const VmTrace& vm : vms) {
    longest = std::max(longest, vm.last_s - vm.first_s);
    if (is_scored(vm)) most = std::max(most, vm.peak_mib);
  }
  if (longest <= kUnscored) {
    return fail(Error::Kind::Invalid,
                fmt::format("is too short to be scored: its longest-living VM lives {:.3g} s, and a VM's "
                            "first {:g} s do not count; record longer",
                            longest, kUnscored));
  }
  if (most <= 0) {
    return fail(
        Error::Kind::Invalid,
        "cannot be scored: need_mib is 0 in every row of every VM that lives long enough; is it in MiB?");
  }
  return {};
}

Figures figures_of(const Outcome& o, double best, const Prices& prices) {
  constexpr double kGib = 1024;
  Figures f;
  f.policy = o.policy;
  const Totals& t = o.sum;
  const auto over = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  f.waste = o.waste();
  f.violation = o.violation();
  f.violation_time_share = over(t.short_s, t.seconds);
  f.felt_time_share = over(t.felt_s, t.seconds);
  f.near_empty_time_share = over(t.near_empty_s, t.seconds);
  for (const VmOutcome& vm : o.vms) {
    const double v = over(vm.totals.missing, vm.totals.need);
    if (v <= f.worst_vm_violation) continue;
    f.worst_vm_violation = v;
    f.worst_vm = vm.name;
  }
  f.worst_hour_violation = o.worst_hour;
  f.worst_deficit_mib = t.worst_mib;
  f.longest_episode_s = t.longest_s;
  f.s_oracle = best;
  f.move_cost = o.move_cost(prices);
  f.s = o.score(prices);
  f.competitive_ratio = (1 + f.s) / (1 + f.s_oracle);
  f.footprint_ratio = over(t.held, t.need);
  f.footprint_gib_min = t.held / kGib / 60;
  f.peak_assigned_mib = o.peak_assigned_mib;
  f.plugged_gib = t.plugged / kGib;
  f.resizes_per_vm_hour = over(t.changes, t.seconds / 3600);
  f.reversals_per_vm_hour = over(t.reversals, t.seconds / 3600);
  f.entitlement_shortfall = over(t.shortfall, t.need);
  f.law_violations = static_cast<double>(o.law_violations);
  for (const FigureField& field : kFields)
    AEROSTAT_CHECK(std::isfinite(f.*field.value), "a figure of merit is not finite");
  return f;
}

Texture texture_used(const Trace& trace, Texture asked) {
  if (asked != Texture::Auto) return asked;
  const bool coarse = std::any_of(trace.vms().begin(), trace.vms().end(), [](const VmTrace& vm) {
    return !vm.straight && vm.longest_gap_s > kFineRows * 1.001;
  });
  return coarse ? Texture::Rough : Texture::Linear;
}

}  // namespace aerostat::sim
