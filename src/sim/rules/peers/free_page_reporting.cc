#include "sim/rules/peers/free_page_reporting.h"

#include <algorithm>
#include <cmath>

namespace aerostat::sim {

namespace {

class FreePageReporting final : public Policy {
 public:
  explicit FreePageReporting(const PageReportingConstants& c) : c_(c) {}
  void begin(VirtualHost& host) override { host_ = &host; }
  void started(VirtualVm& vm) override { vm.take_by_faults(c_.grow_mib); }
  void ended(VirtualVm& vm) override { most_used_.erase(&vm); }
  void heard(VirtualVm&) override {}
  Duration period() const override { return Duration(static_cast<std::int64_t>(c_.delay_s * 1e9)); }

  // The guests' kernels know their free lists; that is not the need of a program.
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
    // The list is long where much was never touched, and so is a part of it.
    const double listed = std::max(0.0, vm.limits().maximum.to_mib() - uses);
    const double budget = listed * c_.share + c_.batch_mib;
    const double back = std::floor(std::min(whole, budget) / c_.block_mib) * c_.block_mib;
    const double to = std::max(held - back, vm.limits().minimum.to_mib());
    if (back > 0 && to < held) vm.set_target(Bytes::of(std::llround(to * 1048576.0)));
  }

  PageReportingConstants c_;
  VirtualHost* host_ = nullptr;
  std::unordered_map<const VirtualVm*, double> most_used_;  // MiB
};

}  // namespace

std::unique_ptr<Policy> free_page_reporting(const PageReportingConstants& constants) {
  return std::make_unique<FreePageReporting>(constants);
}

PageReportingConstants free_page_reporting_equal() { return {.delay_s = 2.9, .block_mib = 128, .share = 0.6, .grow_mib = 128}; }

Tunable free_page_reporting_tunable() {
  using C = PageReportingConstants;
  const C start = free_page_reporting_equal();
  return {"free-page-reporting-equal",
          {{"delay_s", 0.1, 20, start.delay_s, true},
           {"share", 0.01, 1, start.share, true}},
          [start](const std::vector<double>& values) {
            C c = start;
            c.delay_s = values.at(0);
            c.share = values.at(1);
            return free_page_reporting(c);
          }};
}

}  // namespace aerostat::sim
