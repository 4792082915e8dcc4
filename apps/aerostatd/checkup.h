// Gathers what the doctor examines: what the loop knows, what the host's kernel says, and the clock. Reads
// some files of /proc a VM; nothing is kept.
#pragma once

#include <string>

#include "control/engine.h"
#include "model/finding.h"

namespace aerostat {

struct LibvirtUsed {
  bool used = false;
  std::string absent;  // one sentence: why not; empty: its owner switched it off
};

Findings check_up(const Engine& engine, const LibvirtUsed& libvirt);

}  // namespace aerostat
