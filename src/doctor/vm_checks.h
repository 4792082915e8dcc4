// Checks of one VM: why its memory does not move, moves late, or cannot come back. Pure: facts in, findings
// out. A VM without a fault gets one finding that says so; a VM of which nothing is known never does.
#pragma once

#include "control/exam.h"
#include "host/host_health.h"
#include "model/finding.h"

namespace aerostat {

struct VmFacts {
  VmExam exam;
  ProcessHealth process;  // empty: its process is not known
  std::string version;    // of the daemon
};

Findings check_vm(const VmFacts& vm);

}  // namespace aerostat
