#include "research/peers/proxmox.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace aerostat::sim {

namespace {

// Less than this in a pass is no progress.
constexpr double kProgress = 0.01;

class Proxmox final : public Rule {
 public:
  explicit Proxmox(const ProxmoxConstants& c) : c_(c) {}
  double period_s() const override { return c_.period_s; }
  double grain_mib(double block) const override { return c_.equal ? block : 1; }

  void decide(RuleHost& host) override {
    // The host's books, or what its kernel has left.
    const double used = host.capacity - (c_.equal ? host.free : std::min(host.available, host.capacity));
    const double goal = host.capacity * c_.used_share - used;
    if (std::abs(goal) <= c_.dead_mib) return;
    std::vector<RuleVm*> all;
    std::vector<RuleVm*> donors;
    std::vector<RuleVm*> pressed;
    for (RuleVm& vm : host.vms) {
      if (!vm.reported) continue;
      vm.target = vm.assigned;
      all.push_back(&vm);
      (gives(vm) ? donors : pressed).push_back(&vm);
    }
    if (spread(goal > 0 ? pressed : donors, goal) < kProgress) spread(all, goal);
  }

 private:
  // Owners give a VM a minimum it can run with. The lab's minimum is one block, so use its startup.
  static double least(const RuleVm& vm) { return std::max(vm.minimum, std::min(vm.startup, vm.maximum)); }

  bool gives(const RuleVm& vm) const {
    const double free = c_.equal ? vm.assigned - vm.need : vm.free;
    return vm.assigned >= least(vm) && free > least(vm) * c_.donor_share + c_.donor_mib;
  }

  // Moves `goal` into or out of these VMs by their shares. Returns how much could be moved.
  double spread(const std::vector<RuleVm*>& vms, double goal) const {
    double rest = goal;
    while (std::abs(rest) >= kProgress) {
      double above = rest;
      double weights = 0;
      for (const RuleVm* vm : vms) {
        above += vm->target - least(*vm);
        weights += vm->weight;
      }
      double moved = 0;
      for (RuleVm* vm : vms) {
        const double fair = std::clamp(least(*vm) + above * vm->weight / weights, least(*vm),
                                       std::max(vm->maximum, least(*vm)));
        double to = std::clamp(fair, vm->assigned - c_.step_mib, vm->assigned + c_.step_mib);
        // One direction only: a VM that the goal gives to loses nothing.
        to = goal > 0 ? std::max(to, vm->target) : std::min(to, vm->target);
        const double open = rest - moved;
        to = goal > 0 ? std::min(to, vm->target + std::max(0.0, open))
                      : std::max(to, vm->target + std::min(0.0, open));
        moved += to - vm->target;
        vm->target = to;
      }
      rest -= moved;
      if (std::abs(moved) < kProgress) break;
    }
    return std::abs(goal - rest);
  }

  ProxmoxConstants c_;
};

}  // namespace

std::unique_ptr<Rule> proxmox_rule(const ProxmoxConstants& constants) {
  return std::make_unique<Proxmox>(constants);
}

ProxmoxConstants proxmox_equal() {
  return {.equal = true,
          .period_s = 0.1,
          .used_share = 0.85,
          .dead_mib = 280,
          .step_mib = 16,
          .donor_share = 0.46,
          .donor_mib = 1};
}

Tunable proxmox_tunable() {
  using C = ProxmoxConstants;
  return tunable_rule<C>("proxmox-equal",
                         {{"used_share", &C::used_share, 0.3, 1},
                          {"dead_mib", &C::dead_mib, 10, 2048, true},
                          {"step_mib", &C::step_mib, 16, 4096, true},
                          {"donor_share", &C::donor_share, 0.001, 1, true},
                          {"donor_mib", &C::donor_mib, 1, 1024, true}},
                         proxmox_equal(), proxmox_rule);
}

}  // namespace aerostat::sim
