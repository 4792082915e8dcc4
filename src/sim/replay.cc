#include "sim/replay.h"

#include <algorithm>
#include <map>

#include "sim/every.h"
#include "sim/world/virtual_host.h"

namespace aerostat::sim {

namespace {

// How often entitlements are compared with assigned memory. Not a round number, so that it does not keep step
// with periods of 20 or 100 ms.
constexpr double kEntitleEvery = 0.105;
// Progress is told this often, s: many VMs need a second of a processor for some minutes.
constexpr double kLongestUntold = 60;
// Default boot memory of VMs: enough for any guest to start, and little compared with what it will get.
constexpr Bytes kUsualBoot = Bytes::mib(1024);

class Run {
 public:
  Run(const Trace& trace, const PolicyEntry& entry, const ReplayOptions& options)
      : trace_(trace),
        o_(options),
        policy_(entry.make()),
        host_(options.host_memory, {}, options.physics),
        alive_(trace.vms().size(), nullptr) {
    out_.policy = entry.name;
    host_.strict = options.strict;
    for (std::size_t i = 0; i < trace.vms().size(); ++i) births_.push_back(i);
    std::stable_sort(births_.begin(), births_.end(), [&](std::size_t a, std::size_t b) {
      return trace.vms()[a].first_s < trace.vms()[b].first_s;
    });
    for (const VmTrace& vm : trace.vms()) out_.vms.push_back({vm.name, {}});
  }

  Outcome go() {
    policy_->begin(host_);
    const double from = trace_.first_s();
    const double span = trace_.last_s() - from;
    Every ticks(seconds(policy_->period()));
    Every entitle(kEntitleEvery);
    Every polls(kPollEvery);
    Every frames(o_.frame_s);
    Every told(std::clamp(span / 200, 1.0, kLongestUntold));
    std::vector<VirtualVm*> heard;
    while (true) {
      const double now = host_.now_s();
      be_born(from + now);
      if (host_.vms().empty()) {
        if (born_ == births_.size()) break;
        // No VM lives, and nothing happens before the next one starts.
        host_.skip_to(trace_.vms()[births_[born_]].first_s - from);
        continue;
      }
      host_.turn(heard);
      for (VirtualVm* vm : heard) policy_->heard(*vm);
      const bool polled = polls.due(host_.now_s()) && tell_moving();
      if (polled || !heard.empty()) policy_->turn_over();
      if (ticks.due(host_.now_s())) policy_->tick();
      if (entitle.due(host_.now_s())) {
        compare();
        die(from + host_.now_s());
      }
      if (o_.frames && frames.due(host_.now_s())) show();
      if (!told.due(host_.now_s())) continue;
      if (o_.progress) o_.progress(span > 0 ? std::min(1.0, now / span) : 1);
      if (o_.go_on && !o_.go_on()) break;
    }
    finish();
    return std::move(out_);
  }

 private:
  // The size that its owner would have chosen: its maximum, or the most it will ever need.
  double sized_at(const VmTrace& about) const {
    const auto own = o_.of_vm.find(about.name);
    if (own != o_.of_vm.end() && own->second.maximum) return own->second.maximum->to_mib();
    if (about.limit_mib > 0) return about.limit_mib;
    return o_.defaults.maximum ? o_.defaults.maximum->to_mib() : about.peak_mib;
  }

  void be_born(double at) {
    while (born_ < births_.size() && trace_.vms()[births_[born_]].first_s <= at) {
      const std::size_t index = births_[born_];
      const VmTrace& about = trace_.vms()[index];
      VmSpec spec{about.name, settings_of(about, o_), curve_of(trace_, index, o_)};
      spec.settings.mode = Mode::Dynamic;
      spec.hot_cache = o_.hot_cache;
      spec.sensor_error = o_.sensor_error;
      spec.sample_s = o_.period_s;
      spec.seed = o_.seed;
      const Bytes block = Bytes::of_mib(o_.physics.block_mib);
      const auto own = o_.of_vm.find(about.name);
      const bool told = o_.defaults.startup || (own != o_.of_vm.end() && own->second.startup);
      const Bytes asked = policy_->boots_with(spec.settings, Bytes::of_mib(sized_at(about))).round_up(block);
      // A smaller host boots it with what there is.
      const Bytes startup = std::clamp(asked, Bytes{}, std::max(Bytes{}, host_.free().round_down(block)));
      // A trace begins in the middle of a VM's life, unless its boot memory is given.
      if (!told && asked == spec.settings.startup) spec.booted_with = std::min(startup, kUsualBoot);
      VirtualVm& vm = host_.start(std::move(spec), startup);
      alive_[index] = &vm;
      policy_->started(vm);
      ++born_;
    }
  }

  void die(double at) {
    for (std::size_t i = 0; i < alive_.size() && !host_.vms().empty(); ++i) {
      VirtualVm* const vm = alive_[i];
      if (!vm) continue;
      if (!vm->meter().scoring() && host_.now_s() - vm->born() >= o_.unscored_s) vm->meter().begin();
      if (trace_.vms()[i].last_s > at) continue;
      const std::unique_ptr<VirtualVm> gone = host_.end(*vm);
      policy_->ended(*gone);
      take(i, *gone);
      alive_[i] = nullptr;
    }
  }

  void take(std::size_t index, const VirtualVm& vm) {
    out_.vms[index].totals = vm.meter().totals();
    out_.sum.add(vm.meter().totals());
    const auto offset = static_cast<std::size_t>(vm.born() / 3600);
    const auto& hours = vm.meter().hours();
    for (std::size_t h = 0; h < hours.size(); ++h) {
      hours_[offset + h].need += hours[h].need;
      hours_[offset + h].missing += hours[h].missing;
    }
  }

  // What everyone would have if the capacity were shared by true need and weight (for E).
  void compare() {
    host_.settle();
    const Bytes pool = host_.capacity() - host_.reserve();
    double sum = 0;
    for (const auto& vm : host_.vms()) sum += vm->need();
    std::vector<Bytes> shares;
    if (sum > pool.to_mib()) shares = host_.entitled();
    for (std::size_t i = 0; i < host_.vms().size(); ++i) {
      VirtualVm& vm = *host_.vms()[i];
      const double due = shares.empty() ? vm.need() : std::min(vm.need(), shares[i].to_mib());
      const double lacks = due - vm.assigned();
      if (lacks > 0) vm.meter().shortfall(lacks * kEntitleEvery);
    }
  }

  bool tell_moving() {
    bool any = false;
    for (const auto& vm : host_.vms()) {
      if (!vm->moving()) continue;
      vm->advance(host_.now_s());
      policy_->moving(*vm);
      any = true;
    }
    return any;
  }

  void show() {
    for (std::size_t i = 0; i < alive_.size(); ++i) {
      const VirtualVm* const vm = alive_[i];
      if (!vm) continue;
      const auto& sample = vm->guest().sample;
      const double said = sample ? (*sample->total - *sample->available).to_mib() : 0;
      o_.frames({host_.now_s(), i, vm->need(), vm->assigned(), vm->committed(), said});
    }
  }

  void finish() {
    for (const auto& [number, hour] : hours_) {
      if (hour.need > 0) out_.worst_hour = std::max(out_.worst_hour, hour.missing / hour.need);
    }
    out_.peak_assigned_mib = host_.committed_peak().to_mib();
    out_.law_violations = host_.law_violations();
    out_.looks = host_.looks();
  }

  const Trace& trace_;
  const ReplayOptions& o_;
  std::unique_ptr<Policy> policy_;
  VirtualHost host_;
  std::vector<std::size_t> births_;  // VMs by the time of their start
  std::size_t born_ = 0;
  std::vector<VirtualVm*> alive_;             // by index in the trace
  std::map<std::size_t, Meter::Hour> hours_;  // by their number; few of them, even if VMs lived far apart
  Outcome out_;
};

}  // namespace

NeedCurve curve_of(const Trace& trace, std::size_t vm, const ReplayOptions& o) {
  const VmTrace& about = trace.vms()[vm];
  return {trace, vm, o.texture, seed_for(o.seed, about.name), about.limit_mib};
}

Settings settings_of(const VmTrace& vm, const ReplayOptions& o) {
  const auto own = o.of_vm.find(vm.name);
  Settings s = own == o.of_vm.end() ? o.defaults : merged(o.defaults, own->second);
  const Bytes block = Bytes::of_mib(o.physics.block_mib);
  if (vm.limit_mib > 0 && !(own != o.of_vm.end() && own->second.maximum))
    s.maximum = Bytes::of_mib(vm.limit_mib);
  if (!s.maximum) s.maximum = o.host_memory.round_down(block);
  s.maximum = std::max(*s.maximum, block);
  if (!s.minimum) s.minimum = std::min(*s.maximum, block);
  const double share = 1 + s.buffer_percent.value_or(20) / 100.0;
  if (!s.startup) s.startup = Bytes::of_mib(vm.first_mib * share).round_up(block);
  s.startup = std::clamp(*s.startup, *s.minimum, *s.maximum);
  return s;
}

Outcome replay(const Trace& trace, const PolicyEntry& entry, const ReplayOptions& options) {
  return entry.compute ? entry.compute(trace, options) : Run(trace, entry, options).go();
}

}  // namespace aerostat::sim
