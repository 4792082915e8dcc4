// Sampler: reads the memory numbers of this Linux, cheaply enough for ten times a second. Two depths:
// levels() reads three files for every look; complete() adds what a message carries. Files stay open; nothing
// is allocated.
#pragma once

#include <time.h>

#include <array>
#include <optional>
#include <string_view>

#include "agent/common/reading.h"
#include "agent/common/reporter.h"
#include "agent/linux/oom_log.h"
#include "agent/linux/proc_parse.h"
#include "agent/linux/system_file.h"

namespace aerostat::agent {

class Sampler {
 public:
  explicit Sampler(std::string_view root);

  // False if /proc/meminfo cannot be read.
  bool usable() const { return meminfo_.opened(); }
  // One system call, sysinfo(). All is missing under another root, and with strict overcommit, where memory
  // can run out without being taken.
  Glance glance() const;
  // Reads /proc/meminfo, /proc/buddyinfo, /proc/vmstat and the time; what ZFS would give back; what strict
  // overcommit leaves. Whether there is ZFS or strict overcommit is asked once a second. What the balloon
  // holds is never part of the total.
  Reading levels();
  // Adds pressure, the caches of the zones and kills at limits. Also adds to available memory what
  // MemAvailable omits: free pages that processors hold, and cache up to the low watermark, which the kernel
  // treats as needed whether anybody uses it or not. Once for each Reading.
  void complete(Reading& into);
  Zones zones();

 private:
  void ask_of_system(std::int64_t now);
  void add_commit_room(Reading& reading);
  void add_arc(Reading& reading);
  void take_balloon_off(Reading& reading);

  KeptFile meminfo_, vmstat_, pressure_, buddyinfo_, zoneinfo_, overcommit_, overcommit_ratio_;
  bool real_;  // the root is this system's
  // ZFS may be loaded later.
  Path arc_;
  bool arc_there_ = false, strict_ = false;
  Path balloons_;
  std::optional<bool> balloon_in_total_;  // missing: the balloon was empty so far
  std::int64_t ask_at_ = 0;
  OomLog oom_log_;
  std::int64_t page_kib_;
  // zoneinfo of a guest with many processors is the longest file. Truncated data is missing, not wrong: zones
  // come in order, and their processors last.
  std::array<char, std::size_t{64} * 1024> buffer_{};
};

std::int64_t now_ns();
// The parts are narrower on 32 bits.
timespec timespec_of(std::int64_t ns);

}  // namespace aerostat::agent
