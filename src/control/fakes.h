// Small fakes for tests of the loop: a VM that obeys as told, a guest that reports what the test says, a host
// with plenty. They do nothing by themselves and record what was asked of them.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "control/engine.h"
#include "vmm/balloon_and_blocks.h"

namespace aerostat::fakes {

class FakeMachine final : public Machine {
 public:
  FakeMachine(std::string name, Bytes base, Bytes plug_maximum, const std::string& driver = "fake")
      : id_{driver, name}, name_(std::move(name)) {
    f.link = Link::Up;
    f.run_state = RunState::Running;
    f.known = true;
    d.base = d.balloon_actual = base;
    d.balloon_target = base;
    d.has_balloon = true;
    d.has_plug = plug_maximum > Bytes{};
    d.plug_maximum = plug_maximum;
    f.pid = 1;
  }
  const VmId& id() const override { return id_; }
  const std::string& name() const override { return name_; }
  void be_known_as(const VmId& id, const std::string& name) { id_ = id, name_ = name; }
  const MachineFacts& facts() const override {
    d.show(f);
    if (grows_by) f.grows_by = *grows_by;
    f.devices = d.devices();
    return f;
  }
  Bytes reachable(Bytes target) const override {
    if (d.by_dimms || d.by_hyperv) return facts().levels.below(target);
    // A balloon's granule, or a block; or what this driver can set.
    const Bytes grain = std::max(driver_grain, target < d.base ? Bytes::mib(1) : d.plug_block);
    const Bytes from = target < d.base ? Bytes{} : d.base;
    return from + (std::clamp(target, Bytes::mib(64), d.maximum()) - from).round_down(grain);
  }
  void set_target(Bytes target) override {
    targets.push_back(target);
    for (; d.by_dimms && d.base < target && d.plug_maximum > Bytes{}; d.plug_maximum -= d.plug_block) {
      d.base += d.plug_block;
      d.dimms += d.plug_block;
      d.balloon_actual += d.plug_block;
    }
    d.balloon_target = std::min(target, d.base);
    d.plug_requested = std::max(Bytes{}, target - d.base);
    if (obedient) arrive();
  }
  // What it can add is DIMMs, or Hyper-V's balloon adds it.
  void grow_by_dimms(Bytes block) {
    d.by_dimms = true;
    d.plug_block = block;
  }
  void grow_by_hyperv() {
    d.by_hyperv = true;
    d.has_plug = false;
    d.highest = d.base;
    d.reach = std::exchange(d.plug_maximum, Bytes{});
    d.base += d.reach;
  }
  void prepare_to_grow() override { ++prepared; }
  // All requested changes have happened.
  void arrive() {
    d.balloon_actual = *d.balloon_target;
    d.plugged = d.plug_requested;
    d.highest = std::max(d.highest, d.balloon_actual);
  }

  mutable MachineFacts f;  // but for what the devices show
  BalloonAndBlocks d;
  Bytes driver_grain;
  std::optional<GuestAbility> grows_by;  // what its guest needs for that; missing: what its devices say
  bool obedient = true;
  int prepared = 0;  // how often it was told to prepare to grow
  std::vector<Bytes> targets;

 private:
  VmId id_;
  std::string name_;
};

class FakeGuest final : public GuestLink {
 public:
  const GuestState& state() const override { return s; }
  void set_low_mark(Bytes available) override { low_mark = available; }
  void set_most_visible(Bytes most) override { most_visible = most; }
  void expect_growth(Bytes) override { ++expected; }
  void prepare_shrink(Bytes amount) override {
    ++prepares;
    to_prepare = amount;
  }
  void guest_reset() override {
    s.service = Service::Absent;
    s.sample.reset();
  }

  GuestState s;
  Bytes low_mark, most_visible, to_prepare;
  int expected = 0;
  int prepares = 0;
};

class FakeHost final : public HostSensor {
 public:
  HostMemory memory() const override { return {total_now, available_now}; }
  HostNumber<ProcessMemory> memory_of(pid_t pid) const override {
    ++looks;
    if (unreadable.contains(pid)) return tl::make_unexpected(Missing::Unreadable);
    if (ended.contains(pid)) return tl::make_unexpected(Missing::Gone);
    const auto found = resident_of.find(pid);
    const std::optional<Bytes> resident = found == resident_of.end() ? resident_now : found->second;
    if (!resident) return tl::make_unexpected(Missing::Unreadable);
    return ProcessMemory{*resident, Bytes{}};
  }
  HostNumber<std::uint64_t> started(pid_t pid) const override {
    if (unreadable.contains(pid)) return tl::make_unexpected(Missing::Unreadable);
    if (ended.contains(pid)) return tl::make_unexpected(Missing::Gone);
    const auto found = started_at.find(pid);
    return found == started_at.end() ? 1 : found->second;
  }
  mutable int looks = 0;  // at processes
  std::set<pid_t> ended;
  std::set<pid_t> unreadable;  // they run, and cannot be read
  std::optional<Bytes> total_now = Bytes::mib(65536);
  std::optional<Bytes> available_now = Bytes::mib(60000);
  std::optional<Bytes> resident_now = Bytes::mib(8192);
  std::map<pid_t, Bytes> resident_of;  // instead of that
  std::map<pid_t, std::uint64_t> started_at;
};

class FakeSettings final : public SettingsKeeper {
 public:
  Settings settings_after(const VmLabel& vm, const SettingsChange& change) const override {
    return merged(defaults, changed(own(vm), change));
  }
  Settings own(const VmLabel& vm) const {
    for (const std::string& name : vm.names()) {
      if (const auto found = kept.find(name); found != kept.end()) return found->second;
    }
    return {};
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& [name, settings] : kept) out.push_back(name);
    return out;
  }
  void keep(const VmLabel& vm, const SettingsChange& change, Kept done) override {
    if (later) return waiting.push_back([=, this] { put(vm, change, done); });
    put(vm, change, done);
  }
  // Carries out what was put off.
  void catch_up() {
    for (const auto& put_off : std::exchange(waiting, {})) put_off();
  }
  Settings defaults;
  std::map<std::string, Settings> kept;
  bool broken = false;
  bool later = false;  // keeps nothing before catch_up()
  std::vector<std::function<void()>> waiting;

 private:
  void put(const VmLabel& vm, const SettingsChange& change, const Kept& done) {
    if (broken) return done(fail(Error::Kind::Unavailable, "the disk is full"));
    kept[vm.name] = changed(own(vm), change);
    done({});
  }
};

class FakeHeld final : public HeldBook {
 public:
  explicit FakeHeld(All earlier) : kept(std::move(earlier)) {}
  void remember(const All& all) override { kept = all; }
  All recall() const override { return kept; }
  All kept;
};

class FakeGuests final : public GuestLinkMaker {
 public:
  std::unique_ptr<GuestLink> make(const VmId&, const std::string& name, const GuestPort& port,
                                  GuestListener&) override {
    auto made = std::make_unique<FakeGuest>();
    links[name] = made.get();
    ports[name] = port;
    return made;
  }
  std::map<std::string, FakeGuest*> links;
  std::map<std::string, GuestPort> ports;
};

// An engine with everything around it faked. Time stands still until a test moves it.
class World {
 public:
  explicit World(Bytes capacity, Guards guards = {}) : World(options(capacity, guards)) {}
  // `earlier`: what an earlier daemon remembered.
  explicit World(EngineOptions how, HeldBook::All earlier = {})
      : held(std::move(earlier)),
        engine(std::move(how), clock, host, settings, guests, held,
               EngineHooks{[this] { ++passes_wanted; }, nullptr, [] { return WallTime{}; },
                           [this](bool paused) -> Result<void> {
                             if (settings.broken) return fail(Error::Kind::Unavailable, "the disk is full");
                             kept_pause = paused;
                             return {};
                           },
                           [this](const std::vector<StartReport>& starts) { kept_starts = starts; },
                           [this](const StartRequest& request) { begun.push_back(request.domain); },
                           [this] { return may_begin; },
                           [this](const std::vector<VmMemory>& all) { kept_memories = all; }}) {
    settings.defaults.mode = Mode::Dynamic;
    settings.defaults.minimum = Bytes::mib(256);
  }

  // A VM with `base` at boot and up to 2 GiB, with a service that reports `demand`.
  FakeMachine& add(const std::string& name, Bytes base = Bytes::mib(384)) {
    auto machine = std::make_unique<FakeMachine>(name, base, Bytes::mib(2048) - base);
    machine->f.agent_socket = "/fake/" + name;
    return appear(std::move(machine));
  }
  // It appears as the test made it, in a process of its own or in the given one.
  FakeMachine& appear(std::unique_ptr<FakeMachine> machine, std::optional<pid_t> pid = {}) {
    machine->f.pid = pid ? *pid : ++pids_;
    FakeMachine& out = *machine;
    machines[out.name()] = std::move(machine);
    engine.machine_appeared(out);
    return out;
  }

  FakeGuest& guest(const std::string& name) { return *guests.links.at(name); }

  // The guest reports that it needs `demand` of its memory, plus what `also` adds.
  void report(const std::string& name, Bytes demand,
              const std::function<void(GuestSample&)>& also = nullptr) {
    GuestState& s = guest(name).s;
    s.service = Service::Speaking;
    GuestSample sample;
    const Bytes total = machines.at(name)->facts().assigned();
    sample.total = total;
    sample.available = std::max(Bytes{}, total - demand);
    sample.psi_some_us = 0;
    if (also) also(sample);
    s.sample = sample;
    s.sampled_at = s.received_at = clock.now();
    ++s.messages;
    speak(name);
  }

  // Passes over `time` in steps of 250 ms. Each guest repeats its last report.
  void run(Duration time) {
    for (Duration done{0}; done < time; done += std::chrono::milliseconds(250)) {
      clock.advance(std::chrono::milliseconds(250));
      for (const auto& [name, demand] : demands) report(name, demand);
      engine.pass();
    }
  }

  // The same while the balloon of `name` tells each time that `needs` of what it has are in use.
  void run_with_statistics(const std::string& name, Duration time, Bytes needs) {
    constexpr Duration kStep = std::chrono::milliseconds(250);
    FakeMachine& machine = *machines.at(name);
    machine.f.has_balloon_stats = true;
    for (Duration done{0}; done < time; done += kStep) {
      GuestSample& stats = machine.f.balloon_stats.emplace();
      stats.total = machine.facts().assigned();
      stats.available = std::max(Bytes{}, *stats.total - needs);
      machine.f.balloon_stats_at = clock.now() + kStep;
      run(kStep);
    }
  }

  // Its hypervisor no longer shows it.
  void vanish(const std::string& name, const std::string& why = "the test ends it") {
    engine.machine_vanished(machines.at(name)->id(), why);
  }
  void speak(const std::string& name) { engine.guest_spoke(machines.at(name)->id()); }

  // Changes settings; the answer must come at once.
  Result<VmReport> set(const std::string& name, const SettingsChange& change, bool dry_run) {
    Result<VmReport> out = fail(Error::Kind::Internal, "no answer came");
    engine.set(name, change, dry_run, "test", [&out](Result<VmReport> answer) { out = std::move(answer); });
    return out;
  }

  Bytes assigned(const std::string& name) { return machines.at(name)->facts().assigned(); }
  VmReport vm(const std::string& name) { return engine.vm(name).value(); }

  static EngineOptions options(Bytes capacity, Guards guards) {
    EngineOptions out;
    out.capacity = capacity;
    out.guards = guards;
    out.version = "test";
    return out;
  }

  FakeClock clock;
  FakeHost host;
  FakeSettings settings;
  FakeGuests guests;
  FakeHeld held;
  std::map<std::string, std::unique_ptr<FakeMachine>> machines;
  std::map<std::string, Bytes> demands;  // what run() lets the guests repeat
  int passes_wanted = 0;
  bool kept_pause = false;
  std::vector<StartReport> kept_starts;
  std::vector<std::string> begun;  // domains that are to be started
  Result<void> may_begin = {};
  std::vector<VmMemory> kept_memories;
  Engine engine;

 private:
  pid_t pids_ = 0;
};

}  // namespace aerostat::fakes
