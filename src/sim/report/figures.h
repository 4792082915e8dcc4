// Figures: the figures of merit of one replay, each a finite number, and the one table of their names and
// meanings. JSON, the page and docs/guide/simulate.md (with definitions) follow it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "sim/replay.h"

namespace aerostat::sim {

// Ratios are plain fractions of the corresponding need: 0.01 is one percent.
struct Figures {
  std::string policy;
  double waste = 0, violation = 0;
  double violation_time_share = 0, felt_time_share = 0, near_empty_time_share = 0;
  double worst_vm_violation = 0, worst_hour_violation = 0;
  double worst_deficit_mib = 0, longest_episode_s = 0;
  double move_cost = 0, s = 0, s_oracle = 0, competitive_ratio = 1;
  double footprint_ratio = 1, footprint_gib_min = 0, peak_assigned_mib = 0;
  double plugged_gib = 0, resizes_per_vm_hour = 0, reversals_per_vm_hour = 0;
  double entitlement_shortfall = 0, law_violations = 0;
  std::string worst_vm;  // the VM of worst_vm_violation; empty: none was short
};

struct FigureField {
  std::string_view id;    // JSON key
  std::string_view help;  // one line
  double Figures::* value;
  bool whole = false;  // an integer
};
std::span<const FigureField> figure_fields();

// Does any of its life count? It does past its first kUnscored.
bool is_scored(const VmTrace& vm);

// Refuses VMs of a trace that cannot be scored: none lives longer than kUnscored, or none needs anything.
Result<void> can_be_scored(const std::vector<VmTrace>& vms);

// `best` is S of the oracle on the same trace with the same options. Requires a trace that can be scored.
Figures figures_of(const Outcome& outcome, double best, const Prices& prices);

// The texture between rows for the request `asked`: Rough or Linear.
Texture texture_used(const Trace& trace, Texture asked);

}  // namespace aerostat::sim
