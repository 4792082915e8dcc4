// From a question and the facts to two fleets of the lab.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "sim/report/figures.h"
#include "sim/trace/steps.h"
#include "whatif/experiment.h"

namespace aerostat::whatif {

namespace {

using Series = std::vector<std::optional<double>>;

// Memory moves as on the guests that were measured, in the blocks of a real device.
constexpr Bytes kBlock = Bytes::mib(2);
// What is taken for the need of a VM that nobody knows it of, so that it never lacks anything.
constexpr double kUnknownNeed = 0.25;
// A VM that appears this many steps after the beginning was started then.
constexpr std::int64_t kStarted = 2;

tl::unexpected<Error> wrong(std::string field, std::string message) {
  return fail(Error{Error::Kind::Invalid, std::move(message), std::move(field)});
}

const Series* column(const HistoryTable& table, std::size_t index, Series& out) {
  out.clear();
  for (const HistoryTable::Row& row : table.rows)
    out.push_back(index < row.values.size() ? row.values[index] : std::nullopt);
  return &out;
}

bool known(const Series& values) {
  return std::any_of(values.begin(), values.end(), [](const auto& v) { return v.has_value(); });
}

Bytes most(const Series& values) {
  double out = 0;
  for (const auto& value : values) out = std::max(out, value.value_or(0));
  return Bytes::of(static_cast<std::int64_t>(out));
}

Bytes least(const Series& values) {
  double out = 1e18;
  for (const auto& value : values) out = std::min(out, value.value_or(out));
  return Bytes::of(static_cast<std::int64_t>(out));
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 3;
  const std::size_t shown = std::min(kNamed, names.size());
  std::string out =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (names.size() > shown) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

// A VM that is not moved.
Settings pinned(Bytes size) {
  const Bytes at = std::max(size, kLeastMinimum).round_up(kBlock);
  Settings out;
  out.mode = Mode::Dynamic;
  out.startup = out.minimum = out.maximum = at;
  return out;
}

Settings moved(const Limits& limits, bool starts) {
  Settings out;
  out.mode = Mode::Dynamic;
  out.minimum = std::max(limits.minimum, kLeastMinimum);
  out.maximum = limits.maximum;
  if (starts) out.startup = limits.startup;
  out.buffer_percent = limits.buffer_percent;
  out.weight = limits.weight;
  return out;
}

}  // namespace

// One VM of the past.
struct Past {
  std::string name;
  Limits limits;
  Settings own;
  Series need;  // empty: not known
  Series assigned;
  bool starts = false;  // within the time that is looked at
};

class Preparation {
 public:
  Preparation(WhatIfRequest request, const Facts& facts) : facts_(facts) {
    out_.request_ = std::move(request);
  }

  Result<Experiment> go() {
    if (auto ok = look_back(); !ok) return fail(std::move(ok.error()));
    if (auto ok = size_host(); !ok) return fail(std::move(ok.error()));
    for (const Past& vm : past_) {
      if (auto ok = add_old(vm); !ok) return fail(std::move(ok.error()));
    }
    for (std::size_t i = 0; i < out_.request_.add.size(); ++i) {
      if (auto ok = add_new(out_.request_.add[i], fmt::format("add[{}]", i)); !ok)
        return fail(std::move(ok.error()));
    }
    if (auto ok = check_names(); !ok) return fail(std::move(ok.error()));
    if (auto ok = check_lives(); !ok) return fail(std::move(ok.error()));
    tell_unknown();
    tell_young();
    return std::move(out_);
  }

 private:
  // Each VM that had memory in that time.
  Result<void> look_back() {
    out_.step_ = facts_.need.step;
    out_.profile_ = facts_.profile;
    for (const HistoryTable::Row& row : facts_.assigned.rows) times_.push_back(row.time);
    if (!times_.empty()) out_.start_ = times_.front();
    bool any = false;
    for (std::size_t i = 1; i < facts_.assigned.columns.size(); ++i) {
      Past vm;
      vm.name = facts_.assigned.columns[i];
      column(facts_.assigned, i - 1, vm.assigned);
      if (!known(vm.assigned)) continue;
      vm.need = need_of(vm.name);
      any = any || !vm.need.empty();
      const auto first =
          std::find_if(vm.assigned.begin(), vm.assigned.end(), [](const auto& v) { return v; });
      vm.starts = first - vm.assigned.begin() > kStarted;
      describe(vm);
      past_.push_back(std::move(vm));
    }
    if (past_.size() > kMostVms)
      return fail(Error::Kind::Refused, fmt::format("{} VMs ran in that time; at most {} can be simulated",
                                                    past_.size(), kMostVms));
    if (any) return {};
    Error none = sim::no_need_known();
    none.kind = Error::Kind::Refused;
    return fail(std::move(none));
  }

  // On the same times as what was assigned.
  Series need_of(const std::string& name) const {
    const auto& columns = facts_.need.columns;
    const auto found = std::find(columns.begin(), columns.end(), name);
    if (found == columns.end() || found == columns.begin()) return {};
    const auto index = static_cast<std::size_t>(found - columns.begin()) - 1;
    Series out(times_.size());
    std::size_t at = 0;
    for (const HistoryTable::Row& row : facts_.need.rows) {
      while (at < times_.size() && times_[at] < row.time) ++at;
      if (at < times_.size() && times_[at] == row.time && index < row.values.size())
        out[at] = row.values[index];
    }
    return known(out) ? out : Series{};
  }

  // A VM that is gone has the sizes that it was seen with.
  void describe(Past& vm) const {
    for (const KnownVm& now : facts_.vms) {
      if (now.name != vm.name) continue;
      vm.limits = now.limits;
      vm.own = now.settings;
      if (vm.limits.maximum == Bytes{}) vm.limits.maximum = std::max(most(vm.assigned), vm.limits.startup);
      if (vm.limits.startup == Bytes{}) vm.limits.startup = std::min(most(vm.assigned), vm.limits.maximum);
      if (vm.limits.minimum == Bytes{}) vm.limits.minimum = std::min(least(vm.assigned), vm.limits.startup);
      return;
    }
    vm.limits = {Mode::Dynamic, most(vm.assigned), least(vm.assigned), most(vm.assigned), {}, kDefaultWeight};
    if (vm.limits.minimum == vm.limits.maximum) vm.limits.mode = Mode::Static;
  }

  Result<void> size_host() {
    out_.reserve_ = facts_.reserve;
    out_.capacity_before_ = facts_.capacity;
    out_.capacity_after_ = out_.request_.capacity.value_or(facts_.capacity);
    const Bytes needed = facts_.reserve + Bytes::mib(128);
    if (out_.capacity_after_ < needed) {
      return wrong("capacity_bytes",
                   fmt::format("capacity {} leaves VMs less than 128 MiB above the host's reserve of {}",
                               format_bytes(out_.capacity_after_), format_bytes(facts_.reserve)));
    }
    for (auto& [fleet, capacity] :
         {std::pair(&out_.before_, out_.capacity_before_), std::pair(&out_.after_, out_.capacity_after_)}) {
      sim::ReplayOptions& o = fleet->options;
      o.physics = sim::debian_guest();
      o.physics.block_mib = kBlock.to_mib();
      o.host_memory = capacity - facts_.reserve;
      o.texture = sim::Texture::Linear;
    }
    return {};
  }

  Result<void> add_old(const Past& vm) {
    const bool moves = vm.limits.mode == Mode::Dynamic && !vm.need.empty();
    const Settings before = moves ? moved(vm.limits, vm.starts) : pinned(most(vm.assigned));
    if (auto ok = put(out_.before_, vm.name, vm, before); !ok) return ok;
    Settings after = before;
    for (std::size_t i = 0; i < out_.request_.vms.size(); ++i) {
      const WhatIfChange& wish = out_.request_.vms[i];
      if (wish.vm != vm.name) continue;
      Result<Settings> changed = as_changed(vm, wish.change, fmt::format("vms[{}]", i), vm.starts);
      if (!changed) return fail(std::move(changed.error()));
      after = *changed;
    }
    if (auto ok = put(out_.after_, vm.name, vm, after); !ok) return ok;
    out_.vms_.push_back({vm.name, "", !vm.need.empty(), {}, {}});
    return {};
  }

  Result<void> add_new(const WhatIfNew& wish, const std::string& at) {
    const Past* like = find(wish.like);
    if (!like)
      return wrong(at + ".like", fmt::format("no VM '{}' ran in that time; name one that did{}",
                                             printable(wish.like, 64), did_you_mean(wish.like, names())));
    if (like->need.empty())
      return wrong(at + ".like", fmt::format("the history has no need of {} in that time, so nobody can tell "
                                             "what another like it would need",
                                             like->name));
    if (wish.count < 1 || past_.size() + added_ + static_cast<std::size_t>(wish.count) > kMostVms)
      return wrong(at + ".count", fmt::format("count {} is outside 1 to {}", wish.count,
                                              kMostVms - std::min(kMostVms, past_.size() + added_)));
    Limits limits = like->limits;
    // A static VM stays one.
    Settings after = limits.mode == Mode::Static ? pinned(most(like->assigned)) : moved(limits, true);
    if (wish.change != SettingsChange{}) {
      Result<Settings> changed = as_changed(*like, wish.change, at, true);
      if (!changed) return fail(std::move(changed.error()));
      after = *changed;
    }
    std::string stem = wish.name.empty() ? wish.like + "-new" : wish.name;
    for (std::int64_t n = 1; n <= wish.count; ++n) {
      const std::string name = wish.count == 1 && !wish.name.empty() ? stem : fmt::format("{}-{}", stem, n);
      if (!is_vm_name(name))
        return wrong(at + ".name", fmt::format("'{}' is not a valid VM name", printable(name, 80)));
      const auto& taken = out_.vms_;
      if (std::any_of(taken.begin(), taken.end(), [&](const WhatIfVm& vm) { return vm.name == name; }))
        return wrong(at + ".name",
                     fmt::format("there is a VM '{}' already; give the new one another name", name));
      if (auto ok = put(out_.after_, name, *like, after); !ok) return ok;
      out_.vms_.push_back({name, like->name, true, {}, {}});
      ++added_;
    }
    return {};
  }

  Result<Settings> as_changed(const Past& vm, const SettingsChange& change, const std::string& at,
                              bool starts) const {
    const Settings own = changed(vm.own, change);
    if (Result<void> right = validate(own); !right) {
      const std::string field = at + (right.error().field.empty() ? "" : "." + right.error().field);
      return wrong(field, right.error().message);
    }
    Settings all = own;
    if (!all.mode) all.mode = vm.limits.mode;
    const Bytes devices = std::max(vm.limits.maximum, own.maximum.value_or(Bytes{}));
    Limits limits = resolve(all, vm.limits.startup, devices);
    // Where nobody wrote or changed it, it is what it was: a default may not have been one.
    if (!own.minimum && !change.back.contains(Setting::Minimum))
      limits.minimum = std::min(vm.limits.minimum, limits.startup);
    if (limits.mode == Mode::Static)
      return pinned(
          change.to.startup.value_or(vm.limits.mode == Mode::Static ? most(vm.assigned) : limits.startup));
    if (vm.need.empty()) {
      return wrong(at + ".mode", fmt::format("the history has no need of {} in that time, so nobody can tell "
                                             "what Aerostat would have given it",
                                             vm.name));
    }
    return moved(limits, starts);
  }

  // A VM whose need is not known has what it had.
  Result<void> put(Fleet& fleet, const std::string& name, const Past& vm, Settings settings) {
    const Bytes most_of_host = fleet.options.host_memory.round_down(kBlock);
    for (std::optional<Bytes>* size : {&settings.startup, &settings.minimum, &settings.maximum}) {
      if (*size) *size = std::min(**size, most_of_host);
    }
    fleet.options.of_vm[name] = settings;
    Series need = vm.need;
    if (need.empty()) {
      for (const auto& had : vm.assigned)
        need.push_back(had ? std::optional(*had * kUnknownNeed) : std::nullopt);
    }
    return sim::add_steps(fleet.trace, name, times_, need, out_.start_);
  }

  Result<void> check_names() const {
    for (std::size_t i = 0; i < out_.request_.vms.size(); ++i) {
      const std::string& name = out_.request_.vms[i].vm;
      if (find(name)) continue;
      return wrong(fmt::format("vms[{}].name", i),
                   fmt::format("no VM '{}' ran in that time; name one that did{}", printable(name, 64),
                               did_you_mean(name, names())));
    }
    return {};
  }

  // A VM of unknown need never lacks memory here. An answer needs one whose need is known.
  Result<void> check_lives() const {
    std::vector<sim::VmTrace> judged;
    for (const sim::VmTrace& vm : out_.before_.trace.vms()) {
      const Past* past = find(vm.name);
      if (past && !past->need.empty()) judged.push_back(vm);
    }
    Result<void> ok = sim::can_be_scored(judged);
    if (ok) return ok;
    ok.error().kind = Error::Kind::Refused;
    return fail(std::move(ok.error()).in("the history of that time"));
  }

  void tell_unknown() {
    std::vector<std::string> unknown;
    for (const WhatIfVm& vm : out_.vms_) {
      if (!vm.need_known) unknown.push_back(vm.name);
    }
    if (!unknown.empty())
      out_.notes_.push_back(
          "The history has no need of " + listed(unknown) +
          " in that time: the memory they had counts, and nobody can tell whether they lacked any.");
  }

  void tell_young() {
    std::vector<std::string> young;
    const auto& traces = out_.after_.trace.vms();
    for (const WhatIfVm& vm : out_.vms_) {
      const auto lived = std::find_if(traces.begin(), traces.end(),
                                      [&](const auto& trace) { return trace.name == vm.name; });
      if (vm.need_known && lived != traces.end() && !sim::is_scored(*lived)) young.push_back(vm.name);
    }
    if (!young.empty())
      out_.notes_.push_back(
          "The history knows the need of " + listed(young) +
          " for less than a minute, and a VM's first minute does not count: nobody can tell "
          "whether they lacked any.");
  }

  const Past* find(const std::string& name) const {
    for (const Past& vm : past_) {
      if (vm.name == name) return &vm;
    }
    return nullptr;
  }
  std::vector<std::string> names() const {
    std::vector<std::string> out;
    out.reserve(past_.size());
    for (const Past& vm : past_) out.push_back(vm.name);
    return out;
  }

  const Facts& facts_;
  Experiment out_;
  std::vector<std::int64_t> times_;
  std::vector<Past> past_;
  std::size_t added_ = 0;
};

Result<Experiment> Experiment::prepare(WhatIfRequest request, const Facts& facts) {
  return Preparation(std::move(request), facts).go();
}

}  // namespace aerostat::whatif
