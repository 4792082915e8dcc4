#include "research/plain.h"

#include <algorithm>
#include <unordered_map>

namespace aerostat::sim {

namespace {

// Memory as configured. A VM without a maximum gets the most it will ever need.
class Static final : public Rule {
 public:
  double period_s() const override { return 3600; }
  void decide(RuleHost&) override {}
  double boots_with(const RuleVm&, double sized) const override { return sized; }
};

class Plain final : public Rule {
 public:
  explicit Plain(const PlainConstants& c) : c_(c) {}
  double period_s() const override { return 0.1; }
  bool hears() const override { return true; }
  void decide(RuleHost& host) override {
    for (RuleVm& vm : host.vms) {
      if (!vm.reported) continue;
      const double headroom = vm.need * c_.share + c_.floor_mib;
      const double wanted = std::clamp(vm.need + headroom, vm.minimum, vm.maximum);
      double& since = idle_since_[vm.id];
      if (vm.target < vm.need + headroom * c_.low) {
        vm.target = std::max(vm.target, wanted);
        since = host.now_s;
      } else if (vm.target - wanted <= c_.hysteresis_mib) {
        since = host.now_s;
      } else if (host.now_s - since >= c_.hold_s) {
        vm.target = wanted;
        since = host.now_s;
      }
    }
  }
  void ended(std::size_t id) override { idle_since_.erase(id); }

 private:
  PlainConstants c_;
  std::unordered_map<std::size_t, double> idle_since_;
};

}  // namespace

std::unique_ptr<Rule> static_rule() { return std::make_unique<Static>(); }
std::unique_ptr<Rule> plain_rule() { return plain_rule_with({}); }
std::unique_ptr<Rule> plain_rule_with(const PlainConstants& constants) {
  return std::make_unique<Plain>(constants);
}

Tunable plain_tunable() {
  using C = PlainConstants;
  return tunable_rule<C>("plain",
                         {{"share", &C::share, 0.002, 0.5, true},
                          {"floor_mib", &C::floor_mib, 8, 1024, true},
                          {"low", &C::low, 0.05, 1},
                          {"hold_s", &C::hold_s, 0.1, 60, true},
                          {"hysteresis_mib", &C::hysteresis_mib, 16, 1024, true}},
                         C{}, plain_rule_with);
}

}  // namespace aerostat::sim
