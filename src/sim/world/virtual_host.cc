#include "sim/world/virtual_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "policy/share.h"

namespace aerostat::sim {

VirtualHost::VirtualHost(Bytes capacity, Bytes reserve, const Physics& physics)
    : capacity_(capacity), reserve_(reserve), physics_(physics) {}
VirtualHost::~VirtualHost() = default;

// What the kernel would call available: memory that no VM has touched.
Bytes VirtualHost::available() const {
  double touched = 0;
  for (const auto& vm : vms_) touched += vm->touched();
  const Bytes used = Bytes::of_mib(touched);
  // The machine under this host also has room for its own kernel.
  return physical_.value_or(capacity_ + Bytes::mib(256)) - used;
}

HostNumber<ProcessMemory> VirtualHost::memory_of(pid_t pid) const {
  const VirtualVm* const vm = by_pid_.at(static_cast<std::size_t>(pid - 1));
  if (!vm) return tl::make_unexpected(Missing::Gone);
  return ProcessMemory{Bytes::of_mib(vm->touched()), Bytes{}};
}

VirtualVm* VirtualHost::find(const std::string& name) {
  const auto found =
      std::find_if(vms_.begin(), vms_.end(), [&](const auto& vm) { return vm->name() == name; });
  return found == vms_.end() ? nullptr : found->get();
}

std::vector<Bytes> VirtualHost::entitled() const {
  std::vector<Claim> claims;
  claims.reserve(vms_.size());
  for (const auto& vm : vms_)
    claims.push_back({{}, Bytes::of_mib(vm->need()), static_cast<double>(std::max(1, vm->limits().weight))});
  return share_out(capacity_ - reserve_, claims);
}

VirtualVm& VirtualHost::start(VmSpec spec, Bytes startup) {
  const auto pid = static_cast<pid_t>(by_pid_.size() + 1);
  vms_.push_back(std::make_unique<VirtualVm>(std::move(spec), physics_, now_s(), startup, pid, *this));
  VirtualVm& vm = *vms_.back();
  committing(vm, {}, startup);
  by_pid_.push_back(&vm);
  due_.push_back(0);
  schedule(vm);
  return vm;
}

std::unique_ptr<VirtualVm> VirtualHost::end(VirtualVm& vm) {
  vm.advance(now_s());
  committing(vm, vm.facts().committed(), {});
  by_pid_[static_cast<std::size_t>(*vm.facts().pid - 1)] = nullptr;
  const auto at = std::find_if(vms_.begin(), vms_.end(), [&](const auto& each) { return each.get() == &vm; });
  std::unique_ptr<VirtualVm> out = std::move(*at);
  vms_.erase(at);
  return out;
}

void VirtualHost::schedule(const VirtualVm& vm) {
  const pid_t pid = *vm.facts().pid;
  const auto index = static_cast<std::size_t>(pid - 1);
  if (index >= due_.size()) return;
  constexpr auto kTurnNs = static_cast<std::int64_t>(kTurn * 1e9);
  const auto at = static_cast<std::uint64_t>((vm.look_due() + kTurnNs - 1) / kTurnNs);
  const std::uint64_t turn = std::clamp(at, turn_ + 1, turn_ + kWheel - 1);
  if (due_[index] == turn) return;
  due_[index] = turn;
  wheel_[turn % kWheel].push_back(pid);
}

void VirtualHost::skip_to(double at) {
  AEROSTAT_CHECK(vms_.empty(), "time passes turn by turn while somebody lives");
  turn_ = std::max(turn_ + 1, static_cast<std::uint64_t>(std::max(0.0, std::ceil(at / kTurn - 1e-6))));
}

void VirtualHost::turn(std::vector<VirtualVm*>& heard) {
  ++turn_;
  heard.clear();
  for (const pid_t pid : std::exchange(on_the_way_, {})) {
    VirtualVm* const vm = by_pid_[static_cast<std::size_t>(pid - 1)];
    if (!vm) continue;
    vm->advance(now_s());
    vm->deliver();
    heard.push_back(vm);
  }
  auto& looks = wheel_[turn_ % kWheel];
  for (const pid_t pid : looks) {
    const auto index = static_cast<std::size_t>(pid - 1);
    VirtualVm* const vm = by_pid_[index];
    if (!vm || due_[index] != turn_) continue;
    vm->advance(now_s());
    ++looks_;
    if (vm->look()) on_the_way_.push_back(pid);
    due_[index] = 0;
    schedule(*vm);
  }
  looks.clear();
}

void VirtualHost::settle() {
  for (const auto& vm : vms_) vm->advance(now_s());
}

void VirtualHost::committing(const VirtualVm& vm, Bytes before, Bytes after) {
  committed_ = committed_ - before + after;
  committed_peak_ = std::max(committed_peak_, committed_);
  if (after <= before || committed_ <= capacity_ - reserve_) return;
  broken(fmt::format(
      "over-committed at {:.2f} s: {} are committed of {} with {} in reserve, when {} went from {} to {}",
      now_s(), format_bytes(committed_), format_bytes(capacity_), format_bytes(reserve_), vm.name(),
      format_bytes(before), format_bytes(after)));
}

void VirtualHost::targeting(const VirtualVm& vm, Bytes target) {
  const Bytes has = vm.facts().assigned();
  const Bytes block = vm.facts().levels.grain();
  const Bytes least = std::min({vm.limits().minimum.round_down(block), has, vm.facts().base});
  const Bytes most = std::max(vm.limits().maximum, has);
  if (target >= least && target <= most) return;
  broken(fmt::format("outside its limits at {:.2f} s: {} is asked to have {}, outside {} to {}", now_s(),
                     vm.name(), format_bytes(target), format_bytes(vm.limits().minimum), format_bytes(most)));
}

void VirtualHost::broken(const std::string& law) {
  ++law_violations_;
  if (strict) throw LawBroken(law);
}

}  // namespace aerostat::sim
