// Tuning: searches for the constants of a policy on training traces. The cost is the geometric mean of S over
// them (docs/guide/simulate.md), so that no trace outweighs the others. `most_resizes` adds a limit to how
// often a policy may change a VM. The same procedure tunes every policy: aerostat_tune is the program.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "research/search.h"
#include "sim/replay.h"

namespace aerostat::sim {

// A trace and the host it is replayed on.
struct Lesson {
  std::string name;
  std::string family;  // of load
  Trace trace;
  ReplayOptions options;
};
using Lessons = std::deque<Lesson>;

// The peak of the joint need of all VMs of the trace, to about a second.
double peak_together(const Trace& trace);

// A host of `room` times peak_together(). It is a family by itself.
Lesson lesson(std::string name, Trace trace, double room, const ReplayOptions& options);

// One of each kind of generated load, `seconds` long, and the farm again from rows 1.7 s apart. Seeds follow
// from `seed`.
Lessons generated_lessons(std::uint64_t seed, double seconds, double room, const ReplayOptions& options);

struct Marks {
  double score = 0;            // geometric mean of S
  double resizes = 0;          // per VM and hour, all lessons together
  double near_empty = 0;       // share of time, on the lesson with the most
  std::vector<double> scores;  // of each lesson
};
Marks marks(const PolicyEntry& policy, const Lessons& lessons);

struct TuneOptions {
  SearchOptions search;
  double most_resizes = 0;  // per VM and hour; above it the cost rises in proportion; 0: no limit
  double most_near_empty =
      0;  // share of time on each lesson; above it that lesson's S counts for as much more
};
Found tune(const Tunable& policy, const Lessons& lessons, const TuneOptions& options);

// The effect of constants on a family of load that they were not chosen by.
struct LeftOut {
  std::string family;
  Found found;          // by all other families
  Marks start, chosen;  // on this family, with the constants' own values and with the found ones
};
// Each family in turn.
std::vector<LeftOut> leave_out(const Tunable& policy, const Lessons& lessons, const TuneOptions& options);

}  // namespace aerostat::sim
