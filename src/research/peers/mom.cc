#include "research/peers/mom.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <unordered_map>

namespace aerostat::sim {

namespace {

class Mean {
 public:
  double add(double value, double samples) {
    values_.push_back(value);
    sum_ += value;
    while (static_cast<double>(values_.size()) > std::max(1.0, std::round(samples))) {
      sum_ -= values_.front();
      values_.pop_front();
    }
    return sum_ / static_cast<double>(values_.size());
  }

 private:
  std::deque<double> values_;
  double sum_ = 0;
};

class Mom final : public Rule {
 public:
  explicit Mom(const MomConstants& c) : c_(c) {}
  double period_s() const override { return c_.period_s; }
  double grain_mib(double block) const override { return c_.equal ? block : 1; }

  void decide(RuleHost& host) override {
    const double left = c_.equal ? host.free : std::min(host.available, host.capacity);
    const double host_free = host_free_.add(left / host.capacity, c_.samples);
    for (RuleVm& vm : host.vms) {
      if (!vm.reported) continue;
      Guest& guest = guests_[vm.id];
      const double unused = guest.unused.add(c_.equal ? vm.assigned - vm.need : vm.free, c_.samples);
      const double used = guest.size.add(vm.assigned, c_.samples) - unused;
      const double size = vm.assigned;
      const double to = host_free < c_.pressure ? shrunk(vm, used, host_free) : grown(vm, used);
      if (std::abs(to - size) >= c_.least_change * size) vm.target = to;
    }
  }
  void ended(std::size_t id) override { guests_.erase(id); }

 private:
  struct Guest {
    Mean unused, size;
  };

  // Below `critical` the headroom is negative, to make the guest swap.
  double shrunk(const RuleVm& vm, double used, double host_free) const {
    const double headroom =
        host_free <= c_.critical ? host_free - c_.critical : c_.guest_free * host_free / c_.pressure;
    const double least = std::max(vm.minimum, used + headroom * vm.assigned);
    return std::min(vm.assigned, std::max(least, vm.assigned * (1 - c_.most_change)));
  }
  double grown(const RuleVm& vm, double used) const {
    const double more = std::max(vm.assigned * (1 + c_.most_change), used + c_.guest_free * vm.assigned);
    return std::max(std::min(more, vm.maximum), vm.minimum);
  }

  MomConstants c_;
  Mean host_free_;
  std::unordered_map<std::size_t, Guest> guests_;
};

}  // namespace

std::unique_ptr<Rule> mom_rule(const MomConstants& constants) { return std::make_unique<Mom>(constants); }

MomConstants mom_equal() {
  return {.equal = true,
          .period_s = 0.1,
          .samples = 6.4,
          .pressure = 0.02,
          .critical = 0.0014,
          .guest_free = 0.09,
          .most_change = 0.022,
          .least_change = 0.081};
}

Tunable mom_tunable() {
  using C = MomConstants;
  return tunable_rule<C>("mom-equal",
                         {{"samples", &C::samples, 1, 100, true},
                          {"pressure", &C::pressure, 0.002, 0.9},
                          {"critical", &C::critical, 0.0001, 0.05, true},
                          {"guest_free", &C::guest_free, 0.005, 0.5, true},
                          {"most_change", &C::most_change, 0.005, 0.5, true},
                          {"least_change", &C::least_change, 0.001, 0.2, true}},
                         mom_equal(), mom_rule);
}

}  // namespace aerostat::sim
