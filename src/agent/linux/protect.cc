#include "agent/linux/protect.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

namespace {

// Where the real-time class below is not to be had: ahead of a guest's programs at least.
constexpr int kNice = -10;
// The lowest: before everything ordinary, behind whatever else is in a hurry. The agent runs for some 0.02 %
// of the time; in a guest that did nothing but swap, its samples then came on time, which nice alone did not
// always achieve.
constexpr int kRealTimePriority = 1;

}  // namespace

void protect_self() {
  write_small("/proc/self/oom_score_adj", "-1000");  // never chosen by the OOM killer
  ::setpriority(PRIO_PROCESS, 0, kNice);
  sched_param parameters{};
  parameters.sched_priority = kRealTimePriority;
  // What it starts (compaction) is ordinary again.
  ::sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters);
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
}

}  // namespace aerostat::agent
