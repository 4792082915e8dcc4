// Replay: runs one policy on one trace, from the first row to the last, and computes its figures of merit.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/settings.h"
#include "sim/rules/registry.h"
#include "sim/score/meter.h"
#include "sim/score/prices.h"
#include "sim/trace/need_curve.h"
#include "sim/trace/trace.h"
#include "sim/world/physics.h"

namespace aerostat::sim {

// The state of a VM at one moment, for plots. MiB.
struct Frame {
  double at = 0;
  std::size_t vm = 0;  // index in the trace
  double need = 0, assigned = 0, committed = 0;
  double said = 0;  // in use, by the last report; 0: none yet
};

struct ReplayOptions {
  Bytes host_memory;
  Settings defaults;                      // for every VM
  std::map<std::string, Settings> of_vm;  // override the defaults
  double period_s = 0.1;                  // between two looks of a guest's service
  Texture texture = Texture::Auto;
  std::uint64_t seed = 1;
  double hot_cache = 1;     // share of page cache that is needed; unknown to the policies
  double sensor_error = 0;  // standard deviation of the estimate's error, as a share of need
  Physics physics;
  Prices prices;
  bool strict = false;                        // throw LawBroken instead of counting
  std::function<void(double done)> progress;  // 0 to 1, from time to time
  std::function<bool()> go_on;                // asked as often; false: the replay ends there
  std::function<void(const Frame&)> frames;   // every `frame_s`
  double frame_s = 1;
  double unscored_s = kUnscored;  // of each VM's life, at its start
};

struct VmOutcome {
  std::string name;
  Totals totals;
};

struct Outcome {
  std::string policy;
  Totals sum;
  std::vector<VmOutcome> vms;
  double worst_hour = 0;         // violation of the worst hour
  double peak_assigned_mib = 0;  // the most committed to all at one time
  std::uint64_t law_violations = 0;
  std::uint64_t looks = 0;   // VM-samples
  bool clairvoyant = false;  // knew all need in advance: priced for additions only, as S* is

  double waste() const { return ratio(sum.waste); }
  double violation() const { return ratio(sum.missing); }
  double move_cost(const Prices& p) const {
    return ratio(p.plug_s * sum.plugged + (clairvoyant ? 0 : p.change_gib_s * 1024 * sum.changes));
  }
  double score(const Prices& p) const { return waste() + kViolationPrice * violation() + move_cost(p); }
  double ratio(double part) const { return sum.need > 0 ? part / sum.need : 0; }
};

// The settings of a VM of the trace: its own, the defaults, its limit_mib, and what follows from them.
// Startup: its first need with its buffer, of which it booted with 1 GiB. Minimum: one block. Maximum: its
// limit, or the host.
Settings settings_of(const VmTrace& vm, const ReplayOptions& options);

// The need of a VM of the trace, as every replay with these options sees it.
NeedCurve curve_of(const Trace& trace, std::size_t vm, const ReplayOptions& options);

Outcome replay(const Trace& trace, const PolicyEntry& entry, const ReplayOptions& options);

}  // namespace aerostat::sim
