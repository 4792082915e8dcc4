// Behaviour: how a virtual VM deviates from the ideal one. One small class each. `behaviour("slow 20M/s")`
// makes them from the words of a scenario.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/guest_sample.h"

namespace aerostat::sim {

class Behaviour {
 public:
  virtual ~Behaviour() = default;
  // MiB/s at which it gives memory at `at` (s since its start), if `usual` is the physical rate.
  virtual double shrink_rate(double /*at*/, double usual) const { return usual; }
  // MiB/s at which it takes memory in.
  virtual double grow_rate(double /*at*/, double usual) const { return usual; }
  // It gives nothing below this, in MiB.
  virtual double holds_mib() const { return 0; }
  // It gives nothing while it has less than this to spare, in MiB: its balloon stops when it signals that
  // memory is low.
  virtual double low_line_mib() const { return 0; }
  // Memory above what it booted with comes in whole pieces of this, in MiB; 0: as its device has them.
  virtual double granule_mib() const { return 0; }
  // It booted with its maximum, and its balloon holds what it does not have. Nothing can be added.
  virtual bool balloon_only() const { return false; }
  // How much of its memory it has written to at least once, in MiB.
  virtual double touches_mib() const { return 0; }
  virtual bool speaks(double /*at*/) const { return true; }
  // Its service does not run while the guest lacks memory.
  virtual bool starves() const { return false; }
  // Its service reports impossible numbers.
  virtual bool babbles(double /*at*/) const { return false; }
  virtual void distort(GuestSample& /*sample*/) const {}
  // It resets, or its process ends, when this becomes true; asked once per sample.
  virtual bool reboots(double /*from*/, double /*to*/) const { return false; }
  virtual bool vanishes(double /*from*/, double /*to*/) const { return false; }
};

// "ideal", "slow 20M/s", "holds 2G", "stuck", "refuses" (takes no memory in), "stuck-at-times 10s", "silent
// after 20s", "silent until 8s", "starves" (its service, while the guest lacks memory), "garbage after 20s",
// "lies-high 4G", "lies-low 200M", "touches 2G", "balloon-only", "low-line 64M", "quiet 50s" (its memory does
// not move before), "granules 128M", "reboots every 60s", "vanishes at 30s"; or several of them, separated by
// commas.
Result<std::unique_ptr<Behaviour>> behaviour(std::string_view words);

}  // namespace aerostat::sim
