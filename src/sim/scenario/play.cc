#include "sim/scenario/play.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "sim/rules/aerostat_policy.h"
#include "sim/scenario/measures.h"
#include "sim/scenario/needs.h"
#include "sim/world/virtual_host.h"

namespace aerostat::sim {

namespace {

using When = Expectation::When;

constexpr double kLookEvery = 0.1;  // how often expectations are checked

// Something that happens every `period` of the lab's clock.
class Each {
 public:
  explicit Each(double period) : turns_(std::max<std::int64_t>(1, std::llround(period / kTurn))) {}
  bool due(std::int64_t turn) const { return turn % turns_ == 0; }

 private:
  std::int64_t turns_;
};

// The state of one expectation.
struct Watch {
  const Expectation* what;
  const Measure* measure = nullptr;
  std::optional<double> before;  // From: the value at that time
  bool met = false;
  std::string failed;
  std::string seen;  // the last value of a number
};

class Stage {
 public:
  Stage(const Scenario& scenario, const Guards& guards, const Timeline& timeline)
      : s_(scenario),
        timeline_(timeline),
        needs_(scenario),
        policy_(profile(scenario.profile), guards,
                scenario.plan ? scenario.plan : AerostatPolicy::Plan(balance)),
        host_(scenario.host, scenario.reserve, {}) {
    for (const Expectation& e : s_.expectations)
      watches_.push_back({&e, find_measure(e.measure, !e.subject.empty()), {}, false, {}, {}});
  }

  Played go() {
    try {
      run();
    } catch (const LawBroken& broken) {
      out_.failures.push_back(broken.what());
      return out_;
    }
    for (const Watch& w : watches_) {
      if (!w.seen.empty()) out_.figures.push_back(fmt::format("{}: {}", w.what->text, w.seen));
      if (!w.failed.empty()) {
        fail_line(w, w.failed);
      } else if (!w.met) {
        fail_line(
            w, w.what->when == When::By ? "it did not happen" : "it was not checked: the VM did not exist");
      }
    }
    if (const auto broken = policy_.engine().host().over_committed_passes; broken > 0 && !reverted_)
      out_.failures.push_back(
          fmt::format("the daemon's own books saw more committed than may be, {} times", broken));
    return out_;
  }

 private:
  void fail_line(const Watch& w, const std::string& why) {
    out_.failures.push_back(fmt::format("{}:{}: expect {}: {}", s_.file, w.what->line, w.what->text, why));
  }

  void run() {
    if (s_.physical) host_.set_physical(*s_.physical);
    policy_.begin(host_);
    for (const ScenarioVm& vm : s_.vms) {
      if (!vm.later) start(vm);
    }
    const Each ticks(seconds(policy_.period())), polls(kPollEvery), looks(kLookEvery);
    const auto end = static_cast<std::int64_t>(std::llround(s_.runs_s / kTurn));
    std::vector<VirtualVm*> heard;
    for (std::int64_t turn = 1; turn <= end; ++turn) {
      steps();
      host_.turn(heard);
      for (VirtualVm* vm : heard) {
        if (!unheard_.contains(vm->name())) policy_.heard(*vm);
      }
      const bool moved = polls.due(turn) && poll();
      if (moved || !heard.empty()) policy_.turn_over();
      if (ticks.due(turn)) {
        policy_.tick();
        ++out_.passes;
      }
      if (looks.due(turn)) {
        host_.settle();
        misbehave();
        look(turn == end);
        if (timeline_) show();
      }
    }
  }

  void start(const ScenarioVm& vm) {
    VmSpec spec{vm.name, vm.settings, needs_.curve(vm.name)};
    spec.hot_cache = vm.hot;
    spec.seed = s_.seed;
    spec.behaviour = vm.behaviour;
    spec.statistics = vm.statistics;
    VirtualVm& started = host_.start(std::move(spec), *vm.settings.startup);
    started.meter().begin();
    policy_.started(started);
    say(vm.name, "starts");
  }

  // A VM that waits for its memory starts as soon as it is free.
  void steps() {
    using Kind = ScenarioStep::Kind;
    while (step_ < s_.steps.size() && s_.steps[step_].at <= host_.now_s() + kTurn / 2) {
      const ScenarioStep& step = s_.steps[step_++];
      VirtualVm* const vm = host_.find(step.vm);
      if (step.kind == Kind::Reserve) {
        const auto done = policy_.engine().reserve({step.vm, step.amount});
        say(step.vm, done ? "is promised " + format_bytes(step.amount) : done.error().message);
      }
      if (step.kind == Kind::Release) policy_.engine().release(step.vm, "scenario");
      if (step.kind == Kind::Start) waiting_.push_back(s_.vm(step.vm));
      if (step.kind == Kind::Reboot && vm) reboot(*vm);
      if (step.kind == Kind::LoseMonitor && vm) lose_monitor(*vm);
      if (step.kind == Kind::End && vm) end(*vm);
    }
    const auto fits = [&](const ScenarioVm* vm) {
      // Ask what the daemon counts, not only what is: it may have to count more.
      const HostReport books = policy_.engine().host();
      if (std::min(host_.free(), books.free + books.reserved) < *vm->settings.startup) return false;
      start(*vm);
      return true;
    };
    waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), fits), waiting_.end());
  }

  // What VMs do by themselves.
  void misbehave() {
    const double now = host_.now_s();
    std::vector<VirtualVm*> leaving;
    for (const auto& vm : host_.vms()) {
      if (vm->wants_reset(now - kLookEvery, now)) reboot(*vm);
      if (vm->wants_to_vanish(now - kLookEvery, now)) leaving.push_back(vm.get());
    }
    for (VirtualVm* vm : leaving) end(*vm);
  }

  // Without a monitor nobody could see it or do anything: a known issue, not a law.
  void reboot(VirtualVm& vm) {
    if (unheard_.contains(vm.name())) return;
    vm.reset();
    reverted_ = true;
    say(vm.name(), "reboots");
    policy_.moving(vm);
  }

  void lose_monitor(VirtualVm& vm) {
    if (!unheard_.insert(vm.name()).second) return;
    say(vm.name(), "loses its monitor");
    policy_.ended(vm);
  }

  void end(VirtualVm& vm) {
    say(vm.name(), "ends");
    const bool unheard = unheard_.contains(vm.name());
    gone_.push_back(host_.end(vm));
    if (!unheard) policy_.ended(*gone_.back());
  }

  bool poll() {
    bool any = false;
    for (const auto& vm : host_.vms()) {
      if (!vm->moving() || unheard_.contains(vm->name())) continue;
      vm->advance(host_.now_s());
      policy_.moving(*vm);
      any = true;
    }
    return any;
  }

  // Also a VM that has ended; null: it never existed.
  const VirtualVm* vm_of(const std::string& name) {
    if (const VirtualVm* const vm = host_.find(name)) return vm;
    for (const auto& vm : gone_) {
      if (vm->name() == name) return vm.get();
    }
    return nullptr;
  }

  void look(bool last) {
    for (Watch& w : watches_) {
      if (!w.failed.empty() || (w.met && w.what->when != When::Always)) continue;
      if (w.what->status.empty()) {
        look_at_number(w, last);
      } else {
        look_at_status(w, last);
      }
    }
  }

  // True if it is now decided, good or bad.
  static bool due(const Expectation& e, double now, bool last) {
    switch (e.when) {
      case When::At: return now >= e.time - kTurn / 2;
      case When::By: return now <= e.time + kTurn / 2;
      case When::Always: return now >= e.time;
      case When::From:
      case When::End: return last;
    }
    return last;
  }

  void look_at_number(Watch& w, bool last) {
    const Expectation& e = *w.what;
    const double now = host_.now_s();
    const VirtualVm* const vm = e.subject.empty() ? nullptr : vm_of(e.subject);
    if (!e.subject.empty() && !vm) return;
    const double raw = w.measure->get(host_, vm);
    if (e.when == When::From && !w.before && now >= e.time - kTurn / 2) w.before = raw;
    if (!due(e, now, last)) return;
    const double value = raw - w.before.value_or(0);
    // Sizes are compared to the page, not to rounding.
    const double slack = 1e-6 + std::abs(e.value) * 1e-9;
    const bool good = e.sign == '>'   ? value >= e.value - slack
                      : e.sign == '<' ? value <= e.value + slack
                                      : std::abs(value - e.value) <= slack;
    w.seen = fmt::format("at {:.1f} s it was {}", now, in_unit(w.measure->unit, value));
    judge(w, good, w.seen);
  }

  void look_at_status(Watch& w, bool last) {
    const auto report = policy_.engine().vm(w.what->subject);
    if (!report || !due(*w.what, host_.now_s(), last)) return;
    const std::string status(status_name(report->status));
    judge(w, status == w.what->status, fmt::format("at {:.1f} s it was {}", host_.now_s(), status));
  }

  static void judge(Watch& w, bool good, std::string what_was) {
    if (good) {
      w.met = true;
    } else if (w.what->when != When::By) {
      w.failed = std::move(what_was);
    }
  }

  void say(const std::string& vm, const std::string& what) {
    if (timeline_) timeline_(fmt::format("{:7.2f} s  {:<10} {}", host_.now_s(), vm, what));
  }

  void show() {
    for (const auto& vm : host_.vms()) {
      const auto report = policy_.engine().vm(vm->name());
      const std::string line =
          fmt::format("needs {}, has {}, asked to have {}{}", in_unit(Unit::Size, std::round(vm->need())),
                      in_unit(Unit::Size, std::round(vm->assigned())), format_bytes(vm->facts().target()),
                      report ? ", " + std::string(status_name(report->status)) : "");
      std::string& shown = shown_[vm->name()];
      if (shown != line) say(vm->name(), line);
      shown = line;
    }
  }

  const Scenario& s_;
  const Timeline& timeline_;
  ScenarioNeeds needs_;
  AerostatPolicy policy_;
  VirtualHost host_;
  std::vector<Watch> watches_;
  std::size_t step_ = 0;
  std::vector<const ScenarioVm*> waiting_;
  std::set<std::string> unheard_;  // VMs without a monitor
  std::vector<std::unique_ptr<VirtualVm>> gone_;
  std::map<std::string, std::string> shown_;
  bool reverted_ = false;  // a reset gave back memory that others had by then
  Played out_;
};

}  // namespace

Played play(const Scenario& scenario, const Guards& guards, const Timeline& timeline) {
  return Stage(scenario, guards, timeline).go();
}

}  // namespace aerostat::sim
