// Suite: the traces on which policies are compared, listed before anything runs: every kind of generated
// load, each seed another trace; and every recording of traces/, each seed another texture between its rows.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "research/tune.h"
#include "sim/replay.h"

namespace aerostat::bench {

struct SuiteOptions {
  std::uint64_t seeds = 20;
  std::uint64_t first_seed = 3000;  // nothing was tuned on it
  double seconds = 1800;            // of a generated trace
  double room = 1.25;               // host memory, in multiples of the peak of the joint need
  std::string recordings = "traces";
  std::size_t threads = 2;
};

struct TraceKind {
  std::string name;
  bool recorded = false;
  std::function<sim::Lesson(std::uint64_t seed, const sim::ReplayOptions&)> make;
};
Result<std::vector<TraceKind>> trace_kinds(const SuiteOptions& options);

// One replay: the results that are needed later.
struct Run {
  double s = 0, s_half = 0,
         s_double = 0;  // at the prices, at half and at double the prices of shortage and moves
  double waste = 0, violation = 0, moves = 0;
  double short_time = 0, near_empty = 0, longest_felt = 0, resizes = 0, plugged = 0, law_violations = 0;
};
Run run_of(const sim::Outcome& outcome, const sim::Prices& prices);

// runs[policy][kind][seed]
using Runs = std::vector<std::vector<std::vector<Run>>>;
Runs run_suite(const std::vector<sim::PolicyEntry>& policies, const std::vector<TraceKind>& kinds,
               const SuiteOptions& options, const sim::ReplayOptions& replay, const std::string& title);

// Tasks on this many threads; progress on standard error.
void in_parallel(std::size_t threads, std::size_t tasks, const std::string& title,
                 const std::function<void(std::size_t)>& task);

}  // namespace aerostat::bench
