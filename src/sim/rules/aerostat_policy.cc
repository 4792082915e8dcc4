#include "sim/rules/aerostat_policy.h"

#include <map>
#include <utility>

namespace aerostat::sim {

namespace {

// The host's end of the connection to a virtual guest.
class Talk final : public GuestLink {
 public:
  explicit Talk(VirtualVm& vm) : vm_(vm) {}
  const GuestState& state() const override { return vm_.guest(); }
  void set_low_mark(Bytes available) override { vm_.set_low_mark(available); }
  void set_most_visible(Bytes) override {}
  void expect_growth(Bytes target) override { vm_.expect_growth(target); }
  void prepare_shrink(Bytes) override { vm_.prepare(); }
  void guest_reset() override {}  // the virtual VM resets its guest itself

 private:
  VirtualVm& vm_;
};

}  // namespace

class AerostatPolicy::Guests final : public GuestLinkMaker {
 public:
  explicit Guests(VirtualHost& host) : host_(host) {}
  std::unique_ptr<GuestLink> make(const VmId& vm, const std::string&, const GuestPort&,
                                  GuestListener&) override {
    return std::make_unique<Talk>(*host_.find(vm.stable));
  }

 private:
  VirtualHost& host_;
};

class AerostatPolicy::Owner final : public SettingsKeeper {
 public:
  std::vector<std::string> names() const override { return {}; }
  Settings settings_after(const VmLabel& vm, const SettingsChange& change) const override {
    return changed(vm.id ? of.at(vm.id->stable) : Settings{}, change);
  }
  void keep(const VmLabel&, const SettingsChange&, Kept kept) override { kept({}); }
  // By the VM's stable id: the engine shows a name clean. A VM that does not run yet has none.
  std::map<std::string, Settings> of;
};

// The lab's daemon never crashes. Crashes are tested on real daemons.
class AerostatPolicy::Memory final : public HeldBook {
 public:
  void remember(const All&) override {}
  All recall() const override { return {}; }
};

AerostatPolicy::AerostatPolicy(const Profile& profile, const Guards& guards, Plan plan)
    : profile_(profile), guards_(guards), plan_(std::move(plan)) {}
AerostatPolicy::~AerostatPolicy() = default;

void AerostatPolicy::begin(VirtualHost& host) {
  host_ = &host;
  guests_ = std::make_unique<Guests>(host);
  owner_ = std::make_unique<Owner>();
  memory_ = std::make_unique<Memory>();
  EngineOptions options;
  options.capacity = host.capacity();
  options.reserve = host.reserve();
  options.guards = guards_;
  options.plan = plan_;
  options.profile = profile_;
  EngineHooks hooks{[this] { pass_wanted_ = true; }, nullptr, [] { return WallTime{}; }};
  engine_ = std::make_unique<Engine>(options, host, host, *owner_, *guests_, *memory_, std::move(hooks));
}

void AerostatPolicy::started(VirtualVm& vm) {
  Settings settings = vm.spec().settings;
  owner_->of[vm.id().stable] = settings;
  engine_->machine_appeared(vm);
}

void AerostatPolicy::ended(VirtualVm& vm) { engine_->machine_vanished(vm.id(), "ended"); }

void AerostatPolicy::heard(VirtualVm& vm) { engine_->guest_spoke(vm.id()); }

void AerostatPolicy::moving(VirtualVm& vm) { engine_->machine_changed(vm.id()); }

void AerostatPolicy::turn_over() {
  if (std::exchange(pass_wanted_, false)) tick();
}

void AerostatPolicy::tick() {
  host_->settle();
  engine_->pass();
}

}  // namespace aerostat::sim
