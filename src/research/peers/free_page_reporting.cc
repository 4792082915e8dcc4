#include "research/peers/free_page_reporting.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

namespace {

class FreePageReporting final : public Policy {
 public:
  explicit FreePageReporting(const PageReportingConstants& c) : c_(c) {}
  void begin(VirtualHost& host) override { host_ = &host; }
  void started(VirtualVm& vm) override { vm.take_by_faults(c_.block_mib); }
  void ended(VirtualVm& vm) override { most_used_.erase(&vm); }
  void heard(VirtualVm&) override {}
  Duration period() const override { return Duration(static_cast<std::int64_t>(c_.delay_s * 1e9)); }

  // The guests' kernels know their free lists. That is not the need of a program.
  void tick() override {
    host_->settle();
    for (const auto& vm : host_->vms()) report(*vm);
  }

 private:
  void report(VirtualVm& vm) {
    const double uses = vm.need_with_cache();
    const double held = vm.facts().target().to_mib();
    double& most = most_used_[&vm];
    most = std::max(most, uses);
    const double whole = held - uses - c_.fragmented * (most - uses);
    // The list is long if much was never touched, and so is a part of it.
    const double listed = std::max(0.0, vm.limits().maximum.to_mib() - uses);
    const double budget = listed * c_.share + c_.batch_mib;
    const double back = std::floor(std::min(whole, budget) / c_.block_mib) * c_.block_mib;
    const double to = std::max(held - back, vm.limits().minimum.to_mib());
    if (back > 0 && to < held) vm.set_target(Bytes::of_mib(to));
  }

  PageReportingConstants c_;
  VirtualHost* host_ = nullptr;
  std::unordered_map<const VirtualVm*, double> most_used_;  // MiB
};

class EqualReporting final : public Rule {
 public:
  explicit EqualReporting(const EqualReportingConstants& c) : c_(c) {}
  double period_s() const override { return 0.1; }
  bool hears() const override { return true; }
  void decide(RuleHost& host) override {
    for (RuleVm& vm : host.vms) {
      if (vm.reported) decide(vm, host.now_s);
    }
  }
  void ended(std::size_t id) override { passed_at_.erase(id); }

 private:
  void decide(RuleVm& vm, double now) {
    const double headroom = vm.need * c_.headroom + c_.floor_mib;
    const double wanted = std::clamp(vm.need + headroom, vm.minimum, vm.maximum);
    double& passed = passed_at_.try_emplace(vm.id, now).first->second;
    if (vm.target < vm.need + headroom * c_.low) {
      vm.target = std::max(vm.target, wanted);
    } else if (now - passed >= c_.delay_s) {
      passed = now;
      vm.target -= std::max(0.0, vm.target - wanted) * c_.share;
    }
  }

  EqualReportingConstants c_;
  std::unordered_map<std::size_t, double> passed_at_;
};

}  // namespace

std::unique_ptr<Policy> free_page_reporting(const PageReportingConstants& constants) {
  return std::make_unique<FreePageReporting>(constants);
}

std::unique_ptr<Rule> free_page_reporting_equal_rule(const EqualReportingConstants& constants) {
  return std::make_unique<EqualReporting>(constants);
}

Tunable free_page_reporting_tunable() {
  using C = EqualReportingConstants;
  return tunable_rule<C>("free-page-reporting-equal",
                         {{"headroom", &C::headroom, 0.002, 0.5, true},
                          {"floor_mib", &C::floor_mib, 8, 1024, true},
                          {"low", &C::low, 0.05, 1},
                          {"delay_s", &C::delay_s, 0.1, 20, true},
                          {"share", &C::share, 0.01, 1, true}},
                         C{}, free_page_reporting_equal_rule);
}

}  // namespace aerostat::sim
