// The oracle on a whole trace: as a policy like any other, and as the score for comparison.
#pragma once

#include "research/oracle.h"
#include "sim/replay.h"

namespace aerostat::sim {

// S* of the oracle.
double oracle_score(const OracleScore& o, const Prices& p);

// The oracle of all VMs of the trace together.
OracleScore replay_oracle(const Trace& trace, const ReplayOptions& options);

// `oracle` among the policies: its outcome is computed, it does not run.
PolicyEntry oracle_entry();

}  // namespace aerostat::sim
