#include "research/peers/squeezed.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace aerostat::sim {

namespace {

class Squeezed final : public Rule {
 public:
  explicit Squeezed(const SqueezedConstants& c) : c_(c) {}
  double period_s() const override { return c_.step_s; }
  bool hears() const override { return c_.equal; }
  double grain_mib(double block) const override { return c_.equal ? block : 1; }

  void decide(RuleHost& host) override {
    const bool checks = host.now_s >= next_check_ - 1e-9;
    if (checks) next_check_ = host.now_s + c_.check_s;
    bool plans = checks;
    for (const RuleVm& vm : host.vms) plans |= stands_still(vm, host.now_s, checks);
    const double part = part_of(host);
    for (RuleVm& vm : host.vms) {
      Balloon& balloon = balloons_[vm.id];
      if (!vm.reported || balloon.stuck) continue;
      // Otherwise the plan stands: VMs that waited for memory get it now.
      if (plans || balloon.plan == 0) balloon.plan = least(vm) + part * (vm.maximum - least(vm));
      if (std::abs(balloon.plan - vm.target) > c_.tolerance_mib) vm.target = balloon.plan;
    }
  }
  void ended(std::size_t id) override { balloons_.erase(id); }

 private:
  struct Balloon {
    double plan = 0;
    double was = 0, since = 0;  // memory, and since when
    bool stuck = false;
  };

  double least(const RuleVm& vm) const {
    if (!c_.equal) return vm.minimum;
    return std::clamp(vm.need * (1 + c_.headroom_share) + c_.headroom_mib, vm.minimum, vm.maximum);
  }

  // True if it was found to be stuck just now. Each check trusts it anew.
  bool stands_still(const RuleVm& vm, double now, bool checks) {
    Balloon& b = balloons_[vm.id];
    if (checks || b.was != vm.assigned || std::abs(vm.target - vm.assigned) <= c_.tolerance_mib) {
      b.was = vm.assigned;
      b.since = now;
      b.stuck = b.stuck && !checks;
    }
    if (b.stuck || now - b.since < c_.stuck_s) return false;
    return b.stuck = true;
  }

  double part_of(const RuleHost& host) {
    double left = host.capacity - c_.host_free_mib;
    double range = 0;
    for (const RuleVm& vm : host.vms) {
      const bool active = vm.reported && !balloons_[vm.id].stuck;
      left -= active ? least(vm) : std::max(vm.assigned, vm.target);
      if (active) range += vm.maximum - least(vm);
    }
    return range > 0 ? std::clamp(left / range, 0.0, c_.most_part) : 0;
  }

  SqueezedConstants c_;
  double next_check_ = 0;
  std::unordered_map<std::size_t, Balloon> balloons_;
};

}  // namespace

std::unique_ptr<Rule> squeezed_rule(const SqueezedConstants& constants) {
  return std::make_unique<Squeezed>(constants);
}

SqueezedConstants squeezed_equal() {
  return {.equal = true,
          .check_s = 0.01,
          .step_s = 0.1,
          .tolerance_mib = 84,
          .most_part = 0.018,
          .headroom_share = 0.00026,
          .headroom_mib = 81};
}

Tunable squeezed_tunable() {
  using C = SqueezedConstants;
  return tunable_rule<C>("squeezed-equal",
                         {{"check_s", &C::check_s, 0.01, 10, true},
                          {"tolerance_mib", &C::tolerance_mib, 16, 1024, true},
                          {"most_part", &C::most_part, 0.0005, 1, true},
                          {"headroom_share", &C::headroom_share, 0.0002, 0.5, true},
                          {"headroom_mib", &C::headroom_mib, 8, 1024, true}},
                         squeezed_equal(), squeezed_rule);
}

}  // namespace aerostat::sim
