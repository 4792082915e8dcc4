// Checks of the host and of the manager itself. Pure: facts in, one finding for each check out, good or bad.
// What could not be read is told as unknown.
#pragma once

#include <string>

#include "host/host_health.h"
#include "model/finding.h"
#include "model/report.h"

namespace aerostat {

struct HostFacts {
  HostReport report;
  HostHealth health;
  WallTime now;
  std::optional<bool> clock_synchronised;
  bool uses_libvirt = false;   // it is found and asked for domains
  std::string libvirt_absent;  // one sentence: why it is not; empty: its owner switched it off
  bool keeps_history = false, history_paused = false;
  std::string history_note;  // why it is off or paused, or what was lost; empty: its owner switched it off
};

Findings check_host(const HostFacts& host);

}  // namespace aerostat
