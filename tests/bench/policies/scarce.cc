#include "policies/scarce.h"

#include <fmt/format.h>

#include <algorithm>

#include "policies/seer.h"
#include "research/policies.h"
#include "sim/trace/generate.h"

namespace aerostat::bench {

namespace {

// Nothing waits, and memory in use leaves as fast as idle memory.
sim::Physics at_once(double block_mib) {
  sim::Physics p;
  p.block_mib = block_mib;
  p.grow_latency_s = p.shrink_latency_s = 0.001;
  p.grow_mib_s = p.deflate_mib_s = p.unplug_mib_s = p.inflate_mib_s = p.swap_mib_s = 100'000;
  return p;
}

sim::Outcome replayed(const ScarceHost& host, std::uint64_t seed, const sim::PolicyEntry& policy,
                      const sim::Physics& physics) {
  const sim::Trace trace =
      sim::generate(sim::Load::Farm, {.seed = seed, .seconds = 1800, .vms = 4, .mean_mib = 4096});
  double peak = sim::peak_together(trace);
  if (host.own_peaks) {
    peak = 0;
    for (const auto& vm : trace.vms()) peak += vm.peak_mib;
  }
  sim::ReplayOptions with;
  with.seed = seed;
  with.physics = physics;
  with.host_memory = Bytes::mib(static_cast<std::int64_t>(peak * host.part));
  with.defaults.minimum = Bytes::mib(128);
  for (std::size_t i = 0; host.weighted && i < trace.vms().size(); ++i)
    with.of_vm[trace.vms()[i].name].weight = i % 2 == 0 ? 2000 : 8000;
  return sim::replay(trace, policy, with);
}

double of_worst(const sim::Outcome& outcome) {
  double share = 0;
  for (const auto& vm : outcome.vms)
    share = std::max(share, vm.totals.need > 0 ? 100 * vm.totals.shortfall / vm.totals.need : 0.0);
  return share;
}

}  // namespace

const std::vector<ScarceHost>& scarce_hosts() {
  static const std::vector<ScarceHost> all{{"equal weights, 0.67 of the joint peak", false, false, 0.67},
                                           {"equal weights, 0.8 of the joint peak", false, false, 0.8},
                                           {"weights 1:4, 0.8 of the joint peak", true, false, 0.8},
                                           {"equal weights, 0.8 of the sum of own peaks", false, true, 0.8},
                                           {"weights 1:4, 0.67 of the sum of own peaks", true, true, 0.67}};
  return all;
}

Lack lack(const SuiteOptions& o, const ScarceHost& host, const sim::PolicyEntry& policy,
          const sim::Physics& physics) {
  std::vector<Lack> each(o.seeds);
  in_parallel(o.threads, o.seeds, "scarce hosts", [&](std::size_t i) {
    const sim::Outcome outcome = replayed(host, o.first_seed + i, policy, physics);
    each[i] = {100 * outcome.ratio(outcome.sum.shortfall), of_worst(outcome)};
  });
  Lack mean;
  for (const Lack& one : each) {
    mean.all += one.all / static_cast<double>(each.size());
    mean.worst += one.worst / static_cast<double>(each.size());
  }
  return mean;
}

std::string table_of_scarce(const SuiteOptions& o) {
  const sim::Registry registry = sim::builtin_policies();
  const sim::PolicyEntry& ours = **registry.find("aerostat");
  const sim::Physics measured;
  struct Variant {
    std::string name;
    sim::PolicyEntry policy;
    sim::Physics physics;
  };
  const std::vector<Variant> variants{
      {"aerostat", ours, measured},
      {"seer", seer(), measured},
      {"seer, memory moves at once", seer(), at_once(measured.block_mib)},
      {"seer, at once, 2 MiB blocks", seer(), at_once(2)},
      {"seer, at once, 2 MiB blocks, every 50 ms", seer(std::chrono::milliseconds(50)), at_once(2)},
      {"seer, at once, 2 MiB blocks, every 100 ms", seer(std::chrono::milliseconds(100)), at_once(2)},
      {"aerostat, at once, 2 MiB blocks", ours, at_once(2)}};
  std::string hosts;
  std::string head = "| |";
  std::string rule = "|---|";
  char letter = 'A';
  for (const ScarceHost& host : scarce_hosts()) {
    hosts += fmt::format("- {}: {}\n", letter, host.name);
    head += fmt::format(" {} |", letter++);
    rule += "---:|";
  }
  std::string rows;
  for (const Variant& variant : variants) {
    rows += fmt::format("| {} |", variant.name);
    for (const ScarceHost& host : scarce_hosts()) {
      const Lack e = lack(o, host, variant.policy, variant.physics);
      rows += fmt::format(" {:.3f}; {:.3f} |", e.all, e.worst);
    }
    rows += "\n";
  }
  return fmt::format("Hosts:\n\n{}\n{}\n{}\n{}", hosts, head, rule, rows);
}

}  // namespace aerostat::bench
