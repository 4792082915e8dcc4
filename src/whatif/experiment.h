// Experiment: one what-if question, made into two fleets of the lab, and both run: the VMs as they are
// configured now, and as they would be. Pure but for the temporary files of traces. Blocks as long as the
// runs take.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "history/reader.h"
#include "policy/profile.h"
#include "sim/replay.h"
#include "whatif/desk.h"

namespace aerostat::whatif {

// At most as many VMs of each run, old and new.
inline constexpr std::size_t kMostVms = 512;
// The shortest time that says anything: a VM's first minute is not scored.
inline constexpr std::int64_t kLeastSpan = 120;

// What is known of a VM now.
struct KnownVm {
  std::string name;
  Limits limits;      // of one that is off: zero where nobody wrote it
  Settings settings;  // as written
};

struct Facts {
  Bytes capacity, reserve;
  Profile profile;
  std::vector<KnownVm> vms;
  HistoryTable need, assigned;  // of each VM over the same time
};

struct Fleet {
  sim::Trace trace;
  sim::ReplayOptions options;
};

class Experiment {
 public:
  // Refuses what is wrong with the question; the error names the member.
  static Result<Experiment> prepare(WhatIfRequest request, const Facts& facts);

  // `go_on` gets 0 to 1, and ends the run by false: then there is an error.
  using GoOn = std::function<bool(double done)>;
  Result<WhatIfReport> run(const GoOn& go_on);

 private:
  Experiment() = default;

  WhatIfRequest request_;
  Profile profile_;
  std::int64_t step_ = 1, start_ = 0;  // of the history; where the traces begin
  Bytes reserve_, capacity_before_, capacity_after_;
  Fleet before_, after_;
  std::vector<WhatIfVm> vms_;
  std::vector<std::string> notes_;

  friend class Preparation;
};

// One sentence with its numbers: what the change would have done.
std::string verdict(const WhatIfReport& report);

}  // namespace aerostat::whatif
