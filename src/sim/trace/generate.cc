#include "sim/trace/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "sim/trace/processes.h"

namespace aerostat::sim {

namespace {

constexpr std::array kLoads = {
    LoadAbout{Load::Farm, "farm", "rough and restless, like a build farm: 3 % in 0.2 s, 7.5 % in 1.7 s", 1},
    LoadAbout{Load::Steady, "steady", "a service whose need hardly changes", 1},
    LoadAbout{Load::Staircase, "staircase", "levels held for 5 to 120 s, steps of 3 to 43 % of the mean", 1},
    LoadAbout{Load::Diurnal, "diurnal", "one slow wave over the whole trace, a day at most, and some noise",
              1},
    LoadAbout{Load::Bursty, "bursty", "a base with bursts of 7 to 29 % of the mean for 2 to 30 s", 1},
    LoadAbout{Load::Leak, "leak", "need that only rises, and a restart every 5 to 15 minutes", 1},
    LoadAbout{Load::Builds, "builds",
              "three VMs that build software, one after the other, and reread sources", 3},
    LoadAbout{Load::Fleet, "fleet", "VMs of all these kinds and sizes; some are born late or die early", 12},
    LoadAbout{Load::Bouts, "bouts",
              "three VMs that rest at little, still, and build now and then: by GiBs within seconds", 3,
              3072},
};

// A wave takes a day, or the whole trace if that is shorter.
constexpr double kDay = 86400;
// Steady load: a thirtieth of the farm's noise.
constexpr double kSteadyScale = 0.03;
// A build, including its rest.
constexpr double kBuildCycle = 600;
// Owners size a VM at its peak and a quarter: whole GiB, for a VM of 7 GiB.
constexpr double kOwnersMargin = 1.25;
constexpr double kOwnersGrain = 1.0 / 7;

struct GeneratedVm {
  std::string name;
  Load load;
  double mean_mib;
  double from = 0, to = 0;  // s
  double offset = 0;        // builds: of the first
  bool limited = false;     // an owner gave it a maximum
};

std::unique_ptr<Process> process_of(const GeneratedVm& vm, Random random) {
  switch (vm.load) {
    case Load::Farm: return farm_process(random, 1);
    case Load::Steady: return farm_process(random, kSteadyScale);
    case Load::Staircase: return staircase_process(random);
    case Load::Diurnal: return diurnal_process(random, std::min(kDay, std::max(1.0, vm.to - vm.from)));
    case Load::Bursty: return bursty_process(random);
    case Load::Leak: return leak_process(random);
    case Load::Builds: return build_process(random, kBuildCycle, vm.offset);
    case Load::Bouts: return bouts_process(random);
    case Load::Fleet: break;
  }
  check_failed("a fleet is no process of one VM", __FILE__, __LINE__);
}

Result<void> write(Trace& out, const GeneratedVm& vm, const GeneratorOptions& o) {
  const auto process = process_of(vm, Random(seed_for(o.seed, vm.name)));
  std::vector<Row> rows;
  double peak = 0;
  const auto last = static_cast<std::uint64_t>(std::floor((vm.to - vm.from) / o.rows_s + 1e-9));
  for (std::uint64_t i = 0; i <= last; ++i) {
    const double at = static_cast<double>(i) * o.rows_s;
    const double need = process->next(at, o.rows_s);
    peak = std::max(peak, need);
    rows.push_back({vm.from + at, static_cast<float>(need * vm.mean_mib),
                    static_cast<float>(process->cache() * vm.mean_mib)});
  }
  const double limit = std::ceil(peak * kOwnersMargin / kOwnersGrain) * kOwnersGrain * vm.mean_mib;
  for (const Row& row : rows) {
    if (Result<void> kept = out.add(vm.name, row, vm.limited ? limit : 0); !kept) return kept;
  }
  return {};
}

// Kinds in turn, from a quarter of the mean to twice it. Every fifth VM lives for only a part of the time.
std::vector<GeneratedVm> fleet(std::size_t count, double mean_mib, const GeneratorOptions& o) {
  static constexpr std::array kMix = {Load::Steady, Load::Farm,   Load::Diurnal,  Load::Bursty,
                                      Load::Leak,   Load::Builds, Load::Staircase};
  Random random(seed_for(o.seed, "fleet"));
  std::vector<GeneratedVm> out;
  for (std::size_t i = 0; i < count; ++i) {
    const Load load = kMix[i % kMix.size()];
    GeneratedVm vm{fmt::format("{}-{}", load_name(load), i + 1), load,
                   mean_mib * std::pow(2, random.uniform(-2, 1)), 0, o.seconds};
    if (i % 5 == 4) {
      vm.from = o.seconds * random.uniform(0, 0.4);
      vm.to = o.seconds * random.uniform(0.6, 1);
    }
    vm.offset = random.uniform(0, kBuildCycle);
    vm.limited = true;
    out.push_back(std::move(vm));
  }
  return out;
}

}  // namespace

std::span<const LoadAbout> loads() { return kLoads; }

std::string_view load_name(Load load) {
  for (const LoadAbout& each : kLoads) {
    if (each.load == load) return each.name;
  }
  return "?";
}

Result<Load> parse_load(std::string_view name) {
  std::string names;
  for (const LoadAbout& each : kLoads) {
    if (each.name == name) return each.load;
    names += (names.empty() ? "" : ", ") + std::string(each.name);
  }
  return fail(Error::Kind::NotFound,
              fmt::format("there is no load '{}'; there are {}", printable(name, 40), names));
}

Result<Trace> try_generate(Load load, const GeneratorOptions& o) {
  AEROSTAT_CHECK(o.seconds > 0 && o.rows_s > 0 && o.mean_mib >= 0, "a trace has a length, rows and a mean");
  const auto about =
      std::find_if(kLoads.begin(), kLoads.end(), [&](const LoadAbout& a) { return a.load == load; });
  const std::size_t count = o.vms > 0 ? o.vms : about->vms;
  const double mean_mib = o.mean_mib > 0 ? o.mean_mib : about->mean_mib;
  std::vector<GeneratedVm> vms;
  if (load == Load::Fleet) {
    vms = fleet(count, mean_mib, o);
  } else {
    for (std::size_t i = 0; i < count; ++i) {
      const double part = static_cast<double>(i) / static_cast<double>(count);
      const std::string number = count > 1 ? fmt::format("-{}", i + 1) : "";
      vms.push_back({std::string(about->name) + number, load, mean_mib, 0, o.seconds, kBuildCycle * part,
                     load == Load::Builds || load == Load::Bouts});
    }
  }
  Trace out;
  for (const GeneratedVm& vm : vms) {
    if (Result<void> kept = write(out, vm, o); !kept) return fail(std::move(kept.error()));
  }
  return out;
}

Trace generate(Load load, const GeneratorOptions& o) {
  Result<Trace> out = try_generate(load, o);
  AEROSTAT_CHECK(out.has_value(), "generated rows can be kept");
  return std::move(*out);
}

}  // namespace aerostat::sim
