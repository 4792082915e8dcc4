// Tables of docs/design/results.md.
#pragma once

#include <string>

#include "policies/suite.h"

namespace aerostat::bench {

struct Compared {
  std::vector<sim::PolicyEntry> policies;
  std::vector<TraceKind> kinds;
  Runs runs;
  std::size_t index(const std::string& policy) const;
};

// S of all policies on all traces, with the geometric mean over all and the worst trace.
std::string table_of_scores(const Compared& all);
// aerostat against each policy: paired ratios in the mean and on the worst trace.
std::string table_of_ratios(const Compared& all, const std::string& ours);
// Waste, violation and moves of some policies on each trace.
std::string table_of_parts(const Compared& all, const std::vector<std::string>& policies);
// Share of time that VMs are nearly empty (sim/score/meter.h), on each trace.
std::string table_of_emptiness(const Compared& all, const std::vector<std::string>& policies);
// The ranking at half and at double prices.
std::string table_of_prices(const Compared& all);

// Ours with each element off, on all traces.
std::string ablation(const std::vector<TraceKind>& kinds, const SuiteOptions& options);
// S against resizes, ours and plain, by the price they put on a change.
std::string frontier(const std::vector<TraceKind>& kinds, const SuiteOptions& options);

// Ours, plain and the oracle where memory moves in other blocks and at other speeds.
std::string devices(const std::vector<TraceKind>& kinds, const SuiteOptions& options);

}  // namespace aerostat::bench
