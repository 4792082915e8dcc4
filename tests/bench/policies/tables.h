// Tables of docs/design/results*.md (pages.h).
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

// Each policy's geometric mean of S over all traces, best first.
std::string table_of_scores(const Compared& all);
// S of each policy on each trace, in tables of a few traces.
std::string tables_by_trace(const Compared& all);
// `ours` against each policy: paired ratios in the mean and on the worst trace.
std::string table_of_ratios(const Compared& all, const std::string& ours);
// Waste, violation and moves of some policies on each trace.
std::string table_of_parts(const Compared& all, const std::vector<std::string>& policies);
// Share of time in which VMs are nearly empty (sim/score/meter.h), on each trace.
std::string table_of_emptiness(const Compared& all, const std::vector<std::string>& policies);
// The ranking at half and at double prices.
std::string table_of_prices(const Compared& all);

// Our policy with each element off, on all traces.
std::string ablation(const std::vector<TraceKind>& kinds, const SuiteOptions& options);
// S against resizes, for our policy and plain, by the price of a change.
std::string frontier(const std::vector<TraceKind>& kinds, const SuiteOptions& options);

// Our policy, plain and the oracle, with other block sizes and device speeds.
std::string devices(const std::vector<TraceKind>& kinds, const SuiteOptions& options);

}  // namespace aerostat::bench
