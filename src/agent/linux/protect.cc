#include "agent/linux/protect.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

namespace {

// If the real-time class below is not available: at least ahead of a guest's programs.
constexpr int kNice = -10;
// The lowest real-time priority: before everything ordinary, behind everything else. The agent runs for some
// 0.02 % of the time. With it, samples were on time in a guest that only swapped; nice alone did not always
// achieve that.
constexpr int kRealTimePriority = 1;

}  // namespace

void protect_self() {
  write_small("/proc/self/oom_score_adj", "-1000");  // never chosen by the OOM killer
  ::setpriority(PRIO_PROCESS, 0, kNice);
  sched_param parameters{};
  parameters.sched_priority = kRealTimePriority;
  // Threads that it starts (compaction) are ordinary again.
  ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
}

}  // namespace aerostat::agent
