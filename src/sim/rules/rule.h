// Rule: the small interface for your own policy (docs/design/writing-a-policy.md). It reads numbers of all
// VMs and sets a target for each, every period. The driver below does the rest: it keeps the guests' reports,
// grants no more than the host has left, and rounds to blocks.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "policy/demand.h"
#include "sim/rules/policy.h"

namespace aerostat::sim {

// Headroom in percent if the owner gave none: what Hyper-V starts with.
inline constexpr int kUsualBuffer = 20;

// One VM, as a rule sees it. Amounts in MiB.
struct RuleVm {
  std::size_t id = 0;  // constant for the VM's life; for what a rule remembers
  double minimum = 0, maximum = 0, startup = 0;
  double weight = 0;
  double buffer = 0;  // share, 0.2 for 20 %
  double assigned = 0;
  double target = 0;      // its last requested size; write the new one here
  bool reported = false;  // all below is known
  double age_s = 0;       // of the report
  double total = 0;       // visible to the guest
  double free = 0;        // strictly free
  double available = 0;   // could be used without paging
  double cache = 0;       // page cache
  double swapped = 0;     // in the guest's swap
  double committed = 0;   // promised to programs, used or not (Committed_AS)
  double psi_us = 0;      // stalled on memory, since boot
  double refaults = 0;    // pages, since boot
  double need = 0;        // Aerostat's own estimate of demand, for rules with equal sensors
  double used() const { return total - available; }
};

struct RuleHost {
  double now_s = 0;
  double capacity = 0;   // memory that VMs may share
  double free = 0;       // committed to no VM
  double available = 0;  // what the host's kernel would call available
  double block = 0;
  std::vector<RuleVm> vms;
};

class Rule {
 public:
  virtual ~Rule() = default;
  virtual double period_s() const = 0;
  // True: it also decides when reports arrive, as Aerostat does. Not for rules that move by a step a round.
  virtual bool hears() const { return false; }
  // Targets are multiples of this. A balloon needs smaller steps than the lab's blocks.
  virtual double grain_mib(double block) const { return block; }
  // Sets `target` of every VM it wants to change. Growths are granted in the order of `host.vms`.
  virtual void decide(RuleHost& host) = 0;
  virtual double boots_with(const RuleVm& vm, double /*sized*/) const { return vm.startup; }
  virtual void ended(std::size_t /*id*/) {}
};

class RulePolicy final : public Policy {
 public:
  explicit RulePolicy(std::unique_ptr<Rule> rule) : rule_(std::move(rule)) {}

  void begin(VirtualHost& host) override { host_ = &host; }
  Bytes boots_with(const Settings& settings, Bytes sized) const override;
  void started(VirtualVm& vm) override;
  void ended(VirtualVm& vm) override;
  void heard(VirtualVm& vm) override;
  void turn_over() override;
  void tick() override;
  Duration period() const override;

 private:
  struct Known {
    std::size_t id = 0;
    DemandState state;
    std::optional<Demand> demand;
  };
  RuleVm view(const VirtualVm& vm) const;

  std::unique_ptr<Rule> rule_;
  VirtualHost* host_ = nullptr;
  std::unordered_map<const VirtualVm*, Known> known_;
  std::size_t next_ = 0;
  bool heard_ = false;  // in this turn
};

}  // namespace aerostat::sim
