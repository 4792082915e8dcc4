// `aerostat`: the daemon's own loop, policy and guards on the lab's VMs: the very code that runs a host.
#pragma once

#include <functional>
#include <memory>

#include "control/engine.h"
#include "sim/rules/policy.h"

namespace aerostat::sim {

class AerostatPolicy final : public Policy {
 public:
  using Plan = decltype(EngineOptions::plan);
  explicit AerostatPolicy(const Profile& profile, const Guards& guards = {}, Plan plan = balance);
  ~AerostatPolicy() override;

  void begin(VirtualHost& host) override;
  void started(VirtualVm& vm) override;
  void ended(VirtualVm& vm) override;
  void heard(VirtualVm& vm) override;
  void moving(VirtualVm& vm) override;
  void turn_over() override;
  void tick() override;
  Duration period() const override { return std::chrono::milliseconds(250); }

  Engine& engine() { return *engine_; }

 private:
  class Guests;
  class Owner;
  class Memory;

  Profile profile_;
  Guards guards_;
  Plan plan_;
  VirtualHost* host_ = nullptr;
  std::unique_ptr<Guests> guests_;
  std::unique_ptr<Owner> owner_;
  std::unique_ptr<Memory> memory_;
  std::unique_ptr<Engine> engine_;
  bool pass_wanted_ = false;
};

}  // namespace aerostat::sim
