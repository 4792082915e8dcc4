#include "research/peers/senpai.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace aerostat::sim {

namespace {

class Senpai final : public Rule {
 public:
  explicit Senpai(const SenpaiConstants& c) : c_(c) {}
  double period_s() const override { return c_.period_s; }
  bool hears() const override { return c_.equal; }
  double grain_mib(double block) const override { return c_.equal ? block : 1; }

  void decide(RuleHost& host) override {
    for (RuleVm& vm : host.vms) {
      if (vm.reported) decide(vm, host.now_s);
    }
  }
  void ended(std::size_t id) override { limits_.erase(id); }

 private:
  struct Limit {
    double mib = 0;
    double seen_us = 0, stalled_us = 0;
    double rests_until = 0;
  };

  void decide(RuleVm& vm, double now) {
    const auto [at, first] = limits_.try_emplace(vm.id);
    Limit& limit = at->second;
    if (first) limit = {vm.target, vm.psi_us, 0, now + c_.interval_s};
    limit.stalled_us += std::max(0.0, vm.psi_us - limit.seen_us);
    limit.seen_us = vm.psi_us;
    if (limit.stalled_us > c_.stall_us) {
      const double error = limit.stalled_us / c_.stall_us / c_.backoff_coefficient;
      change(limit, std::min(error * error * c_.most_backoff, c_.most_backoff), now);
    } else if (now >= limit.rests_until - 1e-9) {
      const double error = c_.stall_us / std::max(limit.stalled_us, 1.0) / c_.probe_coefficient;
      change(limit, -std::min(error * error * c_.most_probe, c_.most_probe), now);
    }
    const double least = least_of(vm);
    if (c_.equal && limit.mib < least) {
      limit.mib = least + c_.chunk_mib;
      limit.rests_until = now + c_.interval_s;
    }
    limit.mib = std::clamp(limit.mib, least, vm.maximum);
    vm.target = limit.mib;
  }

  double least_of(const RuleVm& vm) const {
    const double floor = std::max(vm.minimum, c_.least_mib);
    const double needs = c_.equal ? vm.need * (1 + c_.headroom_share) + c_.headroom_mib : 0;
    return std::min(std::max(floor, needs), vm.maximum);
  }

  void change(Limit& limit, double share, double now) const {
    limit.mib *= 1 + share;
    limit.stalled_us = 0;
    limit.rests_until = now + c_.interval_s;
  }

  SenpaiConstants c_;
  std::unordered_map<std::size_t, Limit> limits_;
};

}  // namespace

std::unique_ptr<Rule> senpai_rule(const SenpaiConstants& constants) {
  return std::make_unique<Senpai>(constants);
}

SenpaiConstants senpai_equal() {
  return {.equal = true,
          .period_s = 0.1,
          .interval_s = 3.1,
          .stall_us = 2500,
          .most_probe = 0.71,
          .headroom_share = 0.0022,
          .headroom_mib = 8,
          .chunk_mib = 1};
}

Tunable senpai_tunable() {
  using C = SenpaiConstants;
  return tunable_rule<C>("senpai-equal",
                         {{"interval_s", &C::interval_s, 0.1, 20, true},
                          {"stall_us", &C::stall_us, 100, 100'000, true},
                          {"most_probe", &C::most_probe, 0.0005, 1, true},
                          {"headroom_share", &C::headroom_share, 0.0002, 0.5, true},
                          {"headroom_mib", &C::headroom_mib, 1, 1024, true},
                          {"chunk_mib", &C::chunk_mib, 0.1, 1024, true}},
                         senpai_equal(), senpai_rule);
}

}  // namespace aerostat::sim
