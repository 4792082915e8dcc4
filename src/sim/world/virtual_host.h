// VirtualHost: the host of the lab. It has the clock, the VMs and the books. It throws LawBroken the moment a
// law breaks: more committed than the capacity, or a VM asked to go beyond its limits.
#pragma once

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.h"
#include "control/ports.h"
#include "sim/world/virtual_vm.h"

namespace aerostat::sim {

class LawBroken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// One turn of the lab's clock: fine enough to distinguish a fast reaction from a slow one.
inline constexpr double kTurn = 0.005;
// How often the hypervisor is polled while memory is on its way, s.
inline constexpr double kPollEvery = 0.02;

class VirtualHost final : public Clock, public HostSensor, public CommitWatch {
 public:
  VirtualHost(Bytes capacity, Bytes reserve, const Physics& physics);
  ~VirtualHost() override;

  // The clock, and the same in seconds since the start.
  TimePoint now() const override { return lab_time(now_s()); }
  double now_s() const { return static_cast<double>(turn_) * kTurn; }

  // HostSensor: a host that does nothing else.
  HostMemory memory() const override { return {capacity_, available()}; }
  Bytes available() const;
  HostNumber<ProcessMemory> memory_of(pid_t pid) const override;
  HostNumber<std::uint64_t> started(pid_t) const override { return 0; }  // no pid is reused

  // The machine has less than VMs may share: a mistake of its owner, or other programs.
  void set_physical(Bytes amount) { physical_ = amount; }

  const Physics& physics() const { return physics_; }
  Bytes capacity() const { return capacity_; }
  Bytes reserve() const { return reserve_; }
  Bytes committed() const { return committed_; }
  Bytes committed_peak() const { return committed_peak_; }
  Bytes free() const { return capacity_ - reserve_ - committed_; }
  // Living VMs, in the order of their start.
  const std::vector<std::unique_ptr<VirtualVm>>& vms() const { return vms_; }
  VirtualVm* find(const std::string& name);
  // What each VM would have if the capacity were shared by true need and weight, in the same order. None has
  // more than it needs.
  std::vector<Bytes> entitled() const;

  // A VM starts with `startup`; precondition: free() holds it.
  VirtualVm& start(VmSpec spec, Bytes startup);
  // Its process ends; its memory is free. The caller then owns the VM.
  std::unique_ptr<VirtualVm> end(VirtualVm& vm);

  // Advances time at once, to `at` seconds or just after. Only while no VM lives.
  void skip_to(double at);
  // One turn. `heard` gets the VMs whose report arrived in it. All these VMs are up to date.
  void turn(std::vector<VirtualVm*>& heard);
  // Brings every VM up to date, before anyone looks at all of them.
  void settle();

  // If off, broken laws are only counted.
  bool strict = true;
  std::uint64_t law_violations() const { return law_violations_; }
  std::uint64_t looks() const { return looks_; }

  // CommitWatch
  void committing(const VirtualVm& vm, Bytes before, Bytes after) override;
  void reverting(Bytes before, Bytes after) override { committed_ = committed_ - before + after; }
  void targeting(const VirtualVm& vm, Bytes target) override;
  Bytes spare() const override { return free(); }
  void looks_sooner(const VirtualVm& vm) override { schedule(vm); }

 private:
  static constexpr std::size_t kWheel = 512;
  void schedule(const VirtualVm& vm);
  void broken(const std::string& law);

  Bytes capacity_, reserve_, committed_, committed_peak_;
  std::optional<Bytes> physical_;
  Physics physics_;
  std::uint64_t turn_ = 0;
  std::vector<std::unique_ptr<VirtualVm>> vms_;
  std::vector<VirtualVm*> by_pid_;                // index: pid - 1; null: ended
  std::vector<std::uint64_t> due_;                // likewise: the turn of its next look
  std::array<std::vector<pid_t>, kWheel> wheel_;  // looks, by turn
  std::vector<pid_t> on_the_way_;                 // reports that arrive next turn
  std::uint64_t law_violations_ = 0, looks_ = 0;
};

}  // namespace aerostat::sim
