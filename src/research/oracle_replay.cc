#include "research/oracle_replay.h"

#include <algorithm>
#include <optional>

#include "sim/every.h"

namespace aerostat::sim {

namespace {

// The oracle as a policy: all VMs side by side, so that the total of what they hold at one time is known.
class Clairvoyant {
 public:
  Clairvoyant(const Trace& trace, const ReplayOptions& options) : trace_(trace), o_(options) {
    for (std::size_t i = 0; i < trace.vms().size(); ++i) {
      const double scored = trace.vms()[i].first_s + o_.unscored_s;
      walks_.push_back({OracleWalk(curve_of(trace, i, o_), o_.physics.block_mib, o_.prices, scored)});
      walks_.back().alive = walks_.back().steps.next();
    }
  }

  Outcome go() {
    Outcome out;
    out.policy = "oracle";
    out.clairvoyant = true;
    const double from = trace_.first_s();
    const double span = trace_.last_s() - from;
    Every frames(o_.frame_s);
    Every told(std::max(1.0, span / 200));
    const auto steps = static_cast<std::int64_t>(span / kOracleStep + 1e-6);
    for (std::int64_t step = 0; step <= steps; ++step) {
      const double at = static_cast<double>(step) * kOracleStep;
      const bool shows = o_.frames && frames.due(at);
      const double held = hold(from + at, shows);
      out.peak_assigned_mib = std::max(out.peak_assigned_mib, held);
      if (o_.progress && told.due(at)) o_.progress(span > 0 ? std::min(1.0, at / span) : 1);
      if (held > 0) continue;
      // While no VM lives nothing is held: skip to the last step before one does.
      const auto next = static_cast<std::int64_t>((first_alive(from + at) - from) / kOracleStep);
      step = std::max(step, next - 1);
    }
    for (std::size_t i = 0; i < walks_.size(); ++i) take(i, out);
    return out;
  }

 private:
  struct Walk {
    OracleWalk steps;
    bool alive = false;
  };

  // What all hold at this time.
  double hold(double at, bool shows) {
    double held = 0;
    for (std::size_t i = 0; i < walks_.size(); ++i) {
      Walk& walk = walks_[i];
      while (walk.alive && walk.steps.level().at + kOracleStep <= at + kOracleStep / 4)
        walk.alive = walk.steps.next();
      if (!walk.alive || walk.steps.level().at > at + kOracleStep / 4) continue;
      const OracleLevel& level = walk.steps.level();
      held += level.held;
      if (shows) o_.frames({at - trace_.first_s(), i, level.need, level.held, level.held});
    }
    return held;
  }

  // The time of the first level from `at` on, of any VM that has one; `at` itself if none has.
  double first_alive(double at) const {
    std::optional<double> first;
    for (const Walk& walk : walks_) {
      if (walk.alive) first = std::min(first.value_or(walk.steps.level().at), walk.steps.level().at);
    }
    return std::max(at, first.value_or(at));
  }

  void take(std::size_t index, Outcome& out) {
    Walk& walk = walks_[index];
    while (walk.alive) walk.alive = walk.steps.next();
    const OracleScore& s = walk.steps.score();
    const VmTrace& about = trace_.vms()[index];
    VmOutcome vm{about.name, {}};
    vm.totals.need = s.need;
    vm.totals.waste = s.waste;
    vm.totals.held = s.need + s.waste;
    vm.totals.assigned = vm.totals.held;
    vm.totals.plugged = s.plugged;
    vm.totals.changes = s.changes;
    vm.totals.seconds = std::max(0.0, about.last_s - about.first_s - o_.unscored_s);
    out.sum.add(vm.totals);
    out.vms.push_back(std::move(vm));
  }

  const Trace& trace_;
  const ReplayOptions& o_;
  std::vector<Walk> walks_;
};

}  // namespace

double oracle_score(const OracleScore& o, const Prices& p) {
  return o.need > 0 ? (o.waste + p.plug_s * o.plugged) / o.need : 0;
}

OracleScore replay_oracle(const Trace& trace, const ReplayOptions& o) {
  OracleScore sum;
  for (std::size_t i = 0; i < trace.vms().size(); ++i) {
    const OracleScore s =
        oracle(curve_of(trace, i, o), o.physics.block_mib, o.prices, trace.vms()[i].first_s + o.unscored_s);
    sum.need += s.need;
    sum.waste += s.waste;
    sum.plugged += s.plugged;
    sum.changes += s.changes;
  }
  return sum;
}

PolicyEntry oracle_entry() {
  return {"oracle", "knows all need in advance; limited only by blocks and the price of a move", nullptr,
          [](const Trace& trace, const ReplayOptions& options) { return Clairvoyant(trace, options).go(); }};
}

}  // namespace aerostat::sim
