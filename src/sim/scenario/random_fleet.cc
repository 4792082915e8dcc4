#include "sim/scenario/random_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"
#include "sim/trace/random.h"

namespace aerostat::sim {

namespace {

Bytes any_size(Random& random, double low_mib, double high_mib) {
  return Bytes::mib(static_cast<std::int64_t>(random.uniform(low_mib, high_mib))).round_up(Bytes::mib(128));
}

std::string any_sickness(Random& random) {
  const std::array words = {std::string("ideal"),
                            std::string("ideal"),
                            fmt::format("slow {}M/s", 5 + random.below(200)),
                            fmt::format("holds {}M", 256 + random.below(4000)),
                            std::string("stuck"),
                            std::string("refuses"),
                            std::string("starves"),
                            fmt::format("stuck-at-times {}s", 2 + random.below(20)),
                            fmt::format("silent after {}s", 1 + random.below(100)),
                            fmt::format("silent until {}s", 1 + random.below(40)),
                            fmt::format("garbage after {}s", 1 + random.below(100)),
                            fmt::format("lies-high {}M", 500 + random.below(8000)),
                            fmt::format("lies-high {}M, touches {}M, garbage after {}s",
                                        500 + random.below(8000), random.below(8000), 1 + random.below(100)),
                            fmt::format("lies-low {}M", 10 + random.below(1000)),
                            fmt::format("reboots every {}s", 20 + random.below(60)),
                            fmt::format("vanishes at {}s", 10 + random.below(100))};
  return words[random.below(words.size())];
}

std::string vm_line(Random& random, const std::string& name, bool later, Bytes& startup) {
  const Bytes minimum = any_size(random, 128, 1500);
  startup = minimum + any_size(random, 0, 1500);
  const Bytes maximum = startup + any_size(random, 0, 8000);
  const double needs = random.uniform(50, maximum.to_mib());
  return fmt::format("vm {} min {}M max {}M starts {}M needs {}M cache {}M hot {}% weight {} {}{}behaves {}",
                     name, minimum.count() >> 20, maximum.count() >> 20, startup.count() >> 20,
                     static_cast<int>(needs), static_cast<int>(needs * random.uniform(0, 0.6)),
                     random.below(101), random.below(10001), random.below(2) == 0 ? "statistics " : "",
                     later ? "later " : "", any_sickness(random));
}

std::string step_line(Random& random, double at, const std::string& vm) {
  const double kind = random.uniform();
  if (kind < 0.04) return fmt::format("at {:.2f}s {} reboots", at, vm);
  if (kind < 0.06) return fmt::format("at {:.2f}s {} ends", at, vm);
  if (kind < 0.09) return fmt::format("at {:.2f}s {} loses-its-monitor", at, vm);
  if (kind < 0.14)
    return fmt::format("at {:.2f}s reserve {}M for other-{}", at, 128 + random.below(3000), random.below(3));
  if (kind < 0.17) return fmt::format("at {:.2f}s release other-{}", at, random.below(3));
  return fmt::format("at {:.2f}s {} needs {}M over {:.2f}s", at, vm, 20 + random.below(9000),
                     random.uniform(0, 8));
}

}  // namespace

std::string random_fleet_text(std::uint64_t seed, double seconds) {
  Random random(seed_for(seed, "fleet"));
  std::string vms;
  std::vector<std::string> names, late;
  std::vector<Bytes> promised;
  Bytes sum;
  const std::uint64_t count = 1 + random.below(9);
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool later = random.uniform() < 0.2;
    names.push_back(fmt::format("vm-{}", i));
    Bytes startup;
    vms += vm_line(random, names.back(), later, startup) + "\n";
    if (later) {
      late.push_back(names.back());
      promised.push_back(startup);
    } else {
      sum += startup;
    }
  }
  const Bytes reserve = random.uniform() < 0.5 ? any_size(random, 0, 1024) : Bytes{};
  const Bytes host = sum + reserve + any_size(random, 0, 8000);
  std::string out = fmt::format("name random fleet {}\nhost {}M reserve {}M", seed, host.count() >> 20,
                                reserve.count() >> 20);
  if (random.uniform() < 0.1) out += fmt::format(" physical {}M", (host.count() >> 20) * 3 / 4);
  out += fmt::format("\nseed {}\nruns {}s\n", seed % 100000, seconds);
  static constexpr std::array kPlans = {"greedy", "miser", "flighty"};
  if (random.uniform() < 0.25) out += fmt::format("plans {}\n", kPlans[random.below(kPlans.size())]);
  out += vms;
  std::vector<std::pair<double, std::string>> steps;
  for (std::size_t i = 0; i < late.size(); ++i) {
    const double at = random.uniform(0, seconds / 2);
    steps.push_back(
        {at, fmt::format("at {:.2f}s reserve {}M for {}", at, promised[i].count() >> 20, late[i])});
    steps.push_back({at + 1, fmt::format("at {:.2f}s start {}", at + 1, late[i])});
  }
  const auto events = static_cast<std::uint64_t>(seconds / 4);
  for (std::uint64_t i = 0; i < events; ++i) {
    const double at = random.uniform(0, seconds - 10);
    steps.push_back({at, step_line(random, at, names[random.below(names.size())])});
  }
  std::stable_sort(steps.begin(), steps.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [at, line] : steps) out += line + "\n";
  return out + "expect committed >= 0M\n";
}

Scenario random_fleet(std::uint64_t seed, double seconds) {
  auto parsed = parse_scenario(random_fleet_text(seed, seconds), fmt::format("fleet {}", seed));
  AEROSTAT_CHECK(parsed.has_value(), "a random fleet is a scenario like any other");
  return std::move(*parsed);
}

}  // namespace aerostat::sim
