#include "sim/rules/rule.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace aerostat::sim {

namespace {

double mib(const std::optional<Bytes>& amount) { return amount ? amount->to_mib() : 0.0; }

}  // namespace

Bytes RulePolicy::boots_with(const Settings& settings, Bytes sized) const {
  RuleVm vm;
  vm.startup = mib(settings.startup);
  vm.maximum = mib(settings.maximum);
  vm.minimum = settings.minimum ? settings.minimum->to_mib() : vm.startup;
  vm.buffer = settings.buffer_percent.value_or(kUsualBuffer) / 100.0;
  return Bytes::of_mib(rule_->boots_with(vm, sized.to_mib()));
}

void RulePolicy::started(VirtualVm& vm) { known_[&vm].id = next_++; }

void RulePolicy::ended(VirtualVm& vm) {
  rule_->ended(known_[&vm].id);
  known_.erase(&vm);
}

void RulePolicy::heard(VirtualVm& vm) {
  Known& known = known_[&vm];
  const GuestState& guest = vm.guest();
  const MachineFacts& facts = vm.facts();
  known.demand = estimate(known.state, *guest.sample, guest.sampled_at,
                          {facts.assigned(), facts.maximum(), facts.at_rest()}, Source::LinuxService);
  heard_ = true;
}

void RulePolicy::turn_over() {
  if (std::exchange(heard_, false) && rule_->hears()) tick();
}

Duration RulePolicy::period() const { return Duration(static_cast<std::int64_t>(rule_->period_s() * 1e9)); }

RuleVm RulePolicy::view(const VirtualVm& vm) const {
  const Known& known = known_.at(&vm);
  const Limits& limits = vm.limits();
  const MachineFacts& facts = vm.facts();
  RuleVm out;
  out.id = known.id;
  out.minimum = limits.minimum.to_mib();
  out.maximum = limits.maximum.to_mib();
  out.startup = limits.startup.to_mib();
  out.weight = std::max(1, limits.weight);
  out.buffer = limits.buffer_percent.value_or(kUsualBuffer) / 100.0;
  out.assigned = facts.assigned().to_mib();
  out.target = facts.target().to_mib();
  const GuestState& guest = vm.guest();
  out.reported = guest.sample.has_value() && known.demand.has_value();
  if (!out.reported) return out;
  const GuestSample& sample = *guest.sample;
  out.age_s = seconds(host_->now() - guest.sampled_at);
  out.total = mib(sample.total);
  out.free = mib(sample.free);
  out.available = mib(sample.available);
  out.cache = mib(sample.active_file) + mib(sample.inactive_file);
  out.swapped = mib(sample.swap_total) - mib(sample.swap_free);
  out.committed = mib(sample.committed);
  out.psi_us = static_cast<double>(sample.psi_some_us.value_or(0));
  out.refaults = static_cast<double>(sample.refault_file.value_or(0));
  out.need = known.demand->demand.to_mib();
  return out;
}

void RulePolicy::tick() {
  host_->settle();
  RuleHost host;
  host.now_s = host_->now_s();
  host.capacity = (host_->capacity() - host_->reserve()).to_mib();
  host.free = host_->free().to_mib();
  host.available = mib(host_->available());
  host.block = host_->physics().block_mib;
  for (const auto& vm : host_->vms()) host.vms.push_back(view(*vm));
  const RuleHost before = host;
  rule_->decide(host);
  const double grain = rule_->grain_mib(host.block);
  // Shrinks first: their memory is free only after it was seen to come back.
  double free = host.free;
  for (const bool growing : {false, true}) {
    for (std::size_t i = 0; i < host.vms.size(); ++i) {
      const RuleVm& vm = host.vms[i];
      const double from = before.vms[i].target;
      if ((vm.target > from) != growing || vm.target == from || !std::isfinite(vm.target)) continue;
      VirtualVm& machine = *host_->vms()[i];
      double to = std::clamp(vm.target, std::min(vm.minimum, from), std::max(vm.maximum, from));
      const double held = std::max(machine.assigned(), from);
      to = growing ? std::min(std::ceil(to / grain) * grain, vm.maximum) : std::ceil(to / grain) * grain;
      to = std::min(to, held + std::max(0.0, free));
      const Bytes reach = grain < host.block ? Bytes::of_mib(to).round_down(Bytes::of_mib(grain))
                                             : machine.reachable(Bytes::of_mib(to));
      if (growing ? reach.to_mib() <= from : reach.to_mib() >= from) continue;
      free -= std::max(0.0, reach.to_mib() - held);
      machine.set_target(reach);
    }
  }
}

}  // namespace aerostat::sim
