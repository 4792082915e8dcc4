// Policy: decides about memory in the lab. A policy sees what a daemon sees: VMs, their devices and their
// guests' reports. It acts through set_target(), and never sees the need itself. A simple rule is easier to
// write as a Rule (rule.h); this is the interface below it.
#pragma once

#include <memory>
#include <string>

#include "sim/world/virtual_host.h"

namespace aerostat::sim {

class Policy {
 public:
  virtual ~Policy() = default;
  // Called once, before anything else.
  virtual void begin(VirtualHost& host) = 0;
  // Boot memory of a VM. `sized` is what an owner without Dynamic Memory would have given it: its maximum, or
  // the most it will ever need.
  virtual Bytes boots_with(const Settings& settings, Bytes /*sized*/) const {
    return settings.startup.value_or(Bytes{});
  }
  virtual void started(VirtualVm& vm) = 0;
  virtual void ended(VirtualVm& vm) = 0;
  virtual void heard(VirtualVm& vm) = 0;
  // Memory of this VM is on its way. Called as often as a hypervisor is polled then.
  virtual void moving(VirtualVm&) {}
  // Called after the reports of a turn, and every period().
  virtual void turn_over() {}
  virtual void tick() = 0;
  virtual Duration period() const = 0;
};

}  // namespace aerostat::sim
