// Needs: the need of VMs alone and together, without any policy: the yardsticks of a plan. It follows the
// same curves as the replay, texture included. VMs are added one by one, so that a growing fleet is summed
// once.
#pragma once

#include <vector>

#include "sim/replay.h"

namespace aerostat::sim {

class Needs {
 public:
  // From `from_s` for `span_s`; other moments are not counted.
  Needs(double from_s, double span_s);

  // The peak need of this VM, MiB.
  double add(const Trace& trace, std::size_t vm, const ReplayOptions& options);
  // The peak of the joint need of all VMs so far, MiB: what ideal pooling would have to hold.
  double peak_together() const { return peak_; }

 private:
  double from_, step_;
  std::vector<float> sum_, most_;  // by step: of all VMs, of the VM that is being added
  double peak_ = 0;
};

// All VMs of the trace.
struct NeedsOfTrace {
  std::vector<double> peaks;  // of each VM, MiB
  double together = 0;        // MiB
};
NeedsOfTrace needs_of(const Trace& trace, const ReplayOptions& options);

}  // namespace aerostat::sim
