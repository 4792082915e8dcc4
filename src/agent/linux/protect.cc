#include "agent/linux/protect.h"

#include <sys/mman.h>
#include <sys/resource.h>

#include "agent/linux/system_file.h"

namespace aerostat::agent {

namespace {

// Enough to be scheduled at once among a guest's programs; it runs for some 0.1 % of the time.
constexpr int kNice = -10;

}  // namespace

void protect_self() {
  // Never chosen by the OOM killer; without the right to say so, less likely at least.
  if (write_small("/proc/self/oom_score_adj", "-1000") != 0) write_small("/proc/self/oom_score_adj", "0");
  ::setpriority(PRIO_PROCESS, 0, kNice);
  ::mlockall(MCL_CURRENT | MCL_FUTURE);
}

}  // namespace aerostat::agent
