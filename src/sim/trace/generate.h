// Generated load: traces made from a seed alone, for tuning, tests and a first look without a recording. The
// same kind, seed and options give the same trace on every machine. Each kind copies known properties of a
// real load: see the table in docs/guide/policies.md. A generated trace proves nothing about real guests.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "sim/trace/trace.h"

namespace aerostat::sim {

enum class Load { Farm, Steady, Staircase, Diurnal, Bursty, Leak, Builds, Fleet, Bouts };

struct LoadAbout {
  Load load;
  std::string_view name;
  std::string_view about;  // one line
  std::size_t vms;         // by default
  double mean_mib = 7168;  // of a VM's need, by default
};
std::span<const LoadAbout> loads();
std::string_view load_name(Load load);
// The error lists all names.
Result<Load> parse_load(std::string_view name);

struct GeneratorOptions {
  std::uint64_t seed = 1;
  double seconds = 3600;
  double rows_s = 0.1;  // between two rows of a VM; at 0.1 s the rows are the curve
  std::size_t vms = 0;  // 0: the default of the kind
  double mean_mib = 0;  // of a VM's need; all other sizes are in proportion to it; 0: the default of the kind
};

// Precondition: seconds and rows_s are above 0, mean_mib is not below 0. Fails if the disk has no room for
// the rows.
Result<Trace> try_generate(Load load, const GeneratorOptions& options);
// For benchmarks and tests, which assume that the disk has room.
Trace generate(Load load, const GeneratorOptions& options);

}  // namespace aerostat::sim
