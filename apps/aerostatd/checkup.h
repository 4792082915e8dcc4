// Checkup: gathers what the doctor examines: what the loop knows, what the host's kernel says, and the clock.
// That reads some files of /proc for each VM. What was found is kept for two seconds, so that nobody who asks
// in a loop keeps the reactor from its passes.
#pragma once

#include <optional>
#include <string>

#include "base/clock.h"
#include "control/engine.h"
#include "history/reader.h"
#include "model/finding.h"

namespace aerostat {

struct LibvirtUsed {
  bool used = false;
  std::string absent;  // one sentence: why not; empty: its owner switched it off
};

class Checkup {
 public:
  Checkup(const Engine& engine, const Clock& clock) : engine_(engine), clock_(clock) {}
  // `history` is null: nobody keeps it.
  const Findings& findings(const LibvirtUsed& libvirt, const HistoryReader* history);

 private:
  const Engine& engine_;
  const Clock& clock_;
  std::optional<TimePoint> found_at_;
  Findings found_;
};

}  // namespace aerostat
