#include "whatif/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/quiet.h"
#include "sim/rules/aerostat_policy.h"

namespace aerostat::whatif {

namespace {

constexpr double kPagesPerMib = 256;
constexpr std::size_t kPoints = 240;

// What one run shows beyond its score.
struct Seen {
  struct Vm {
    std::uint64_t refusals = 0;
    std::uint64_t paged = 0, paged_unscored = 0;  // pages
    bool scored = false;
    std::optional<Bytes> least_available;
    Bytes peak;
  };
  struct Sum {
    double committed = 0, need = 0;
    std::size_t ticks = 0;
  };
  std::map<std::string, Vm> vms;
  std::vector<Sum> points;
  double committed = 0;  // summed over `ticks`, MiB
  std::size_t ticks = 0;
  std::optional<Bytes> least_free;
};

// The daemon's own loop, watched.
class Watched final : public sim::Policy {
 public:
  Watched(const Profile& profile, double point_s, Seen& seen)
      : inner_(profile), point_s_(point_s), seen_(seen) {}

  void begin(sim::VirtualHost& host) override {
    host_ = &host;
    inner_.begin(host);
  }
  void started(sim::VirtualVm& vm) override { inner_.started(vm); }
  void ended(sim::VirtualVm& vm) override {
    Seen::Vm& seen = seen_.vms[vm.name()];
    if (const auto report = inner_.engine().vm(vm.name())) seen.refusals += report->refusals;
    inner_.ended(vm);
  }
  void heard(sim::VirtualVm& vm) override {
    inner_.heard(vm);
    const auto& sample = vm.guest().sample;
    if (!sample) return;
    Seen::Vm& seen = seen_.vms[vm.name()];
    seen.paged = sample->swap_out_pages.value_or(seen.paged);
    if (!vm.meter().scoring()) {
      seen.paged_unscored = seen.paged;
      return;
    }
    if (!sample->available) return;
    seen.least_available = std::min(seen.least_available.value_or(*sample->available), *sample->available);
  }
  void moving(sim::VirtualVm& vm) override { inner_.moving(vm); }
  void turn_over() override { inner_.turn_over(); }
  void tick() override {
    inner_.tick();
    const auto place = static_cast<std::size_t>(host_->now_s() / point_s_);
    if (seen_.points.size() <= place) seen_.points.resize(place + 1);
    Seen::Sum& point = seen_.points[place];
    const double committed = host_->committed().to_mib();
    point.committed += committed;
    ++point.ticks;
    for (const auto& vm : host_->vms()) {
      point.need += vm->need();
      if (!vm->meter().scoring()) continue;
      Seen::Vm& seen = seen_.vms[vm->name()];
      seen.peak = std::max(seen.peak, Bytes::of_mib(vm->assigned()));
    }
    seen_.committed += committed;
    ++seen_.ticks;
    seen_.least_free = std::min(seen_.least_free.value_or(host_->free()), host_->free());
  }
  Duration period() const override { return inner_.period(); }

 private:
  sim::AerostatPolicy inner_;
  sim::VirtualHost* host_ = nullptr;
  double point_s_;
  Seen& seen_;
};

struct Ran {
  sim::Outcome outcome;
  Seen seen;
};

std::optional<WhatIfNumbers> numbers_of(const Ran& ran, const std::string& name) {
  for (const sim::VmOutcome& vm : ran.outcome.vms) {
    if (vm.name != name || vm.totals.seconds <= 0) continue;
    WhatIfNumbers out;
    out.seconds = vm.totals.seconds;
    out.short_s = vm.totals.felt_s;
    out.longest_s = vm.totals.longest_s;
    out.mean_assigned = Bytes::of_mib(vm.totals.assigned / vm.totals.seconds);
    const auto found = ran.seen.vms.find(name);
    if (found == ran.seen.vms.end()) return out;
    const Seen::Vm& seen = found->second;
    const std::uint64_t pages = seen.paged - std::min(seen.paged, seen.paged_unscored);
    out.paged = Bytes::of_mib(static_cast<double>(pages) / kPagesPerMib);
    out.least_available = seen.least_available;
    out.peak_assigned = seen.peak;
    out.refusals = seen.refusals;
    return out;
  }
  return std::nullopt;
}

WhatIfHost host_of(const Ran& ran, Bytes capacity) {
  WhatIfHost out;
  out.capacity = capacity;
  out.peak_committed = Bytes::of_mib(ran.outcome.peak_assigned_mib);
  if (ran.seen.ticks > 0)
    out.mean_committed = Bytes::of_mib(ran.seen.committed / static_cast<double>(ran.seen.ticks));
  out.least_free = ran.seen.least_free.value_or(Bytes{});
  return out;
}

std::optional<double> mean_at(const Seen& seen, std::size_t place, double Seen::Sum::* what) {
  if (place >= seen.points.size() || seen.points[place].ticks == 0) return std::nullopt;
  return seen.points[place].*what / static_cast<double>(seen.points[place].ticks) * 1024 * 1024;
}

std::string time_text(double s) {
  if (s < 0.05) return "no time";
  if (s < 120) return fmt::format("{:.1f} s", s);
  return fmt::format("{:.0f} min", s / 60);
}

}  // namespace

Result<WhatIfReport> Experiment::run(const GoOn& go_on) {
  const Quiet quiet;
  const double first = before_.trace.first_s();
  const double span = std::max(before_.trace.last_s(), after_.trace.last_s()) - first;
  const double point_s = std::max(1.0, span / static_cast<double>(kPoints));
  bool stopped = false;
  const auto replayed = [&](const Fleet& fleet, double from, double to) {
    Ran ran;
    sim::PolicyEntry entry{"aerostat", "",
                           [&] { return std::make_unique<Watched>(profile_, point_s, ran.seen); }};
    sim::ReplayOptions options = fleet.options;
    double done = 0;
    options.progress = [&](double part) { done = part; };
    options.go_on = [&] {
      stopped = stopped || !go_on(from + done * (to - from));
      return !stopped;
    };
    ran.outcome = sim::replay(fleet.trace, entry, options);
    return ran;
  };
  const double share = 1.0 / (1 + static_cast<double>(after_.trace.vms().size()) /
                                      static_cast<double>(before_.trace.vms().size()));
  const Ran before = replayed(before_, 0, share);
  const Ran after = stopped ? Ran{} : replayed(after_, share, 1);
  if (stopped) return fail(Error::Kind::Refused, "the simulation was ended before it was done");

  WhatIfReport out;
  out.since = start_ + static_cast<std::int64_t>(first);
  out.until = out.since + static_cast<std::int64_t>(span);
  out.step = step_;
  out.notes = notes_;
  out.before = host_of(before, capacity_before_);
  out.after = host_of(after, capacity_after_);
  out.vms = vms_;
  for (WhatIfVm& vm : out.vms) {
    vm.before = vm.like.empty() ? numbers_of(before, vm.name) : std::nullopt;
    vm.after = numbers_of(after, vm.name);
    if (!vm.need_known) continue;
    for (const auto& [numbers, host] :
         {std::pair(&vm.before, &out.before), std::pair(&vm.after, &out.after)}) {
      if (!*numbers) continue;
      host->short_s += (*numbers)->short_s;
      host->paged = host->paged + (*numbers)->paged;
      host->refusals += (*numbers)->refusals;
    }
  }
  const std::size_t points = std::max(before.seen.points.size(), after.seen.points.size());
  for (std::size_t i = 0; i < points; ++i) {
    out.points.push_back(
        {out.since + static_cast<std::int64_t>(static_cast<double>(i) * point_s),
         mean_at(before.seen, i, &Seen::Sum::committed), mean_at(after.seen, i, &Seen::Sum::committed),
         mean_at(before.seen, i, &Seen::Sum::need), mean_at(after.seen, i, &Seen::Sum::need)});
  }
  out.verdict = verdict(out);
  return out;
}

// Names the VM that would have suffered most more than before.
std::string verdict(const WhatIfReport& report) {
  const auto short_of = [](const std::optional<WhatIfNumbers>& n) { return n ? n->short_s : 0.0; };
  const WhatIfVm* worst = nullptr;
  for (const WhatIfVm& vm : report.vms) {
    if (!vm.need_known || !vm.after) continue;
    const double more = short_of(vm.after) - short_of(vm.before);
    if (more > 0.05 && (!worst || more > short_of(worst->after) - short_of(worst->before))) worst = &vm;
  }
  const WhatIfHost &was = report.before, &is = report.after;
  const std::string peak =
      fmt::format("at the peak {} of {} would have been committed (before {}), and at least {} free",
                  format_bytes(is.peak_committed), format_bytes(is.capacity),
                  format_bytes(was.peak_committed), format_bytes(is.least_free));
  if (worst) {
    return fmt::format(
        "It would have been tighter: {} would have been short of memory for {}{}, all VMs together "
        "for {} (before {}); {}.",
        worst->name, time_text(short_of(worst->after)),
        worst->before ? fmt::format(" (before {})", time_text(short_of(worst->before))) : "",
        time_text(is.short_s), time_text(was.short_s), peak);
  }
  if (was.short_s - is.short_s > 0.05) {
    return fmt::format(
        "It would have been better: all VMs together would have been short of memory for {} (before {}); {}.",
        time_text(is.short_s), time_text(was.short_s), peak);
  }
  if (is.short_s > 0.05) {
    return fmt::format(
        "It would have been as before: all VMs together would have been short of memory for {}; {}.",
        time_text(is.short_s), peak);
  }
  return fmt::format("It would have fitted: no VM would have been short of memory; {}.", peak);
}

}  // namespace aerostat::whatif
