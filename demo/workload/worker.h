// The worker: a process that holds the memory, runs one phase at a time as told on a socket, and answers with
// the result. It should be the OOM killer's first choice. It returns only when control is gone or the phase
// is `exit`.
#pragma once

#include "shared.h"

namespace workload {

[[noreturn]] void run_worker(int socket, Counters& counters, const char* folder);

}  // namespace workload
