#include "policies/seer.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/world/virtual_host.h"

namespace aerostat::bench {

namespace {

class Seer final : public sim::Policy {
 public:
  explicit Seer(Duration looks) : looks_(looks) {}
  void begin(sim::VirtualHost& host) override { host_ = &host; }
  void started(sim::VirtualVm&) override {}
  void ended(sim::VirtualVm&) override {}
  void heard(sim::VirtualVm&) override {}
  Duration period() const override { return looks_; }

  void tick() override {
    host_->settle();
    const std::vector<double> due = entitled();
    for (std::size_t i = 0; i < due.size(); ++i) {
      sim::VirtualVm& vm = *host_->vms()[i];
      if (due[i] < vm.facts().target().to_mib()) vm.set_target(vm.reachable(Bytes::of_mib(due[i])));
    }
    for (std::size_t i = 0; i < due.size(); ++i) grow(*host_->vms()[i], due[i]);
  }

 private:
  // In whole blocks: the weighted max-min share by true need, and an equal part of the rest. Those who lose
  // most by rounding down get the remaining blocks.
  std::vector<double> entitled() const {
    const Bytes pool = host_->capacity() - host_->reserve();
    const std::vector<Bytes> shares = host_->entitled();
    double left = pool.to_mib();
    for (const Bytes share : shares) left -= share.to_mib();
    const double each = std::max(0.0, left) / static_cast<double>(std::max<std::size_t>(1, shares.size()));
    const double block = host_->physics().block_mib;
    std::vector<double> out;
    std::vector<std::pair<double, std::size_t>> lost;
    double over = pool.to_mib();
    for (const Bytes share : shares) {
      const double due = share.to_mib() + each;
      out.push_back(std::floor(due / block) * block);
      lost.emplace_back(due - out.back(), lost.size());
      over -= out.back();
    }
    std::sort(lost.rbegin(), lost.rend());
    for (auto next = lost.begin(); next != lost.end() && over >= block; ++next, over -= block)
      out[next->second] += block;
    return out;
  }

  void grow(sim::VirtualVm& vm, double due) const {
    const double has = vm.facts().target().to_mib();
    if (due <= has) return;
    const double held = std::max(vm.assigned(), has);
    const Bytes to = vm.reachable(Bytes::of_mib(std::min(due, held + std::max(0.0, host_->free().to_mib()))));
    if (to.to_mib() > has) vm.set_target(to);
  }

  Duration looks_;
  sim::VirtualHost* host_ = nullptr;
};

}  // namespace

sim::PolicyEntry seer(Duration looks) {
  return {"seer", "", [looks] { return std::make_unique<Seer>(looks); }};
}

}  // namespace aerostat::bench
