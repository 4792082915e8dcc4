#include "research/peers/qubes.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <vector>

namespace aerostat::sim {

namespace {

// Above this a guest reports twice as finely: at 1.3 times its use it has no more than it uses.
constexpr double kNearlyFull = 10.0 / 13;

class Qubes final : public Rule {
 public:
  explicit Qubes(const QubesConstants& c) : c_(c) {}
  double period_s() const override { return c_.period_s; }
  bool hears() const override { return c_.equal; }
  double grain_mib(double block) const override { return c_.equal ? block : 1; }

  void decide(RuleHost& host) override {
    std::vector<Domain> domains;
    double left = host.free - c_.keep_mib;
    double wished = 0;
    for (RuleVm& vm : host.vms) {
      if (!vm.reported) continue;
      const double wish = std::clamp(c_.factor * used(vm), std::min(c_.least_mib, vm.maximum), vm.maximum);
      domains.push_back({&vm, std::max(wish, vm.minimum), vm.assigned});
      left += vm.assigned - domains.back().wish;
      wished += domains.back().wish;
    }
    if (domains.empty()) return;
    if (left >= 0) {
      enough(domains, left * c_.surplus_share, wished);
    } else {
      scarce(domains, std::max(0.0, host.free - c_.keep_mib));
    }
    if (!worth_it(domains)) return;
    for (const Domain& d : domains) d.vm->target = d.to;
  }
  void ended(std::size_t id) override { told_.erase(id); }

 private:
  struct Domain {
    RuleVm* vm;
    double wish;
    double to;
  };

  double used(const RuleVm& vm) {
    if (c_.equal) return vm.need;
    const double uses = vm.total - vm.free - vm.cache + vm.swapped;
    const auto [at, first] = told_.try_emplace(vm.id, uses);
    const double notable = uses > kNearlyFull * vm.total ? c_.report_mib / 2 : c_.report_mib;
    if (!first && std::abs(uses - at->second) > notable) at->second = uses;
    return at->second;
  }

  // The rest goes by preference. What a VM cannot take goes to the others.
  static void enough(std::vector<Domain>& domains, double left, double wished) {
    for (Domain& d : domains) d.to = d.wish;
    while (left > 1 && wished > 0) {
      double taken = 0;
      double able = 0;
      for (Domain& d : domains) {
        if (d.to >= d.vm->maximum) continue;
        const double to = std::min(d.vm->maximum, d.to + left * d.wish / wished);
        taken += to - d.to;
        d.to = to;
        if (d.to < d.vm->maximum) able += d.wish;
      }
      left -= taken;
      wished = able;
    }
  }

  // Donors first. What they give is available to the others in a later round.
  void scarce(std::vector<Domain>& domains, double free) const {
    double wished = 0;
    for (Domain& d : domains) {
      if (d.vm->assigned - d.wish >= c_.donor_mib) d.to = d.wish;
      if (d.vm->assigned < d.wish) wished += d.wish;
    }
    for (Domain& d : domains) {
      if (d.vm->assigned < d.wish) d.to = std::min(d.wish, d.vm->assigned + free * d.wish / wished);
    }
  }

  bool worth_it(const std::vector<Domain>& domains) const {
    double moved = 0;
    for (const Domain& d : domains) {
      moved += std::abs(d.to - d.vm->target);
      if (d.vm->target < d.wish && d.to - d.vm->target > c_.starving_mib) return true;
    }
    return moved > c_.total_mib;
  }

  QubesConstants c_;
  std::unordered_map<std::size_t, double> told_;
};

}  // namespace

std::unique_ptr<Rule> qubes_rule(const QubesConstants& constants) {
  return std::make_unique<Qubes>(constants);
}

QubesConstants qubes_equal() {
  return {.equal = true,
          .factor = 1.005,
          .surplus_share = 0.032,
          .total_mib = 28,
          .starving_mib = 14,
          .donor_mib = 6.5};
}

Tunable qubes_tunable() {
  using C = QubesConstants;
  return tunable_rule<C>("qubes-equal",
                         {{"factor", &C::factor, 1.0002, 1.5},
                          {"surplus_share", &C::surplus_share, 0.001, 1, true},
                          {"total_mib", &C::total_mib, 16, 2048, true},
                          {"starving_mib", &C::starving_mib, 4, 512, true},
                          {"donor_mib", &C::donor_mib, 4, 512, true}},
                         qubes_equal(), qubes_rule);
}

}  // namespace aerostat::sim
