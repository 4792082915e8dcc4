// Looks for a broken law: random fleets with random faults, until so many passes of the daemon's loop were
// made.
//   aerostat_laws --steps 1000000 --seed 1
// A step is one pass over all VMs of a fleet. Prints the seed of a fleet in which a law broke, and that
// fleet.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "base/log.h"
#include "sim/scenario/play.h"
#include "sim/scenario/random_fleet.h"

int main(int argc, char** argv) {
  using namespace aerostat;
  using namespace aerostat::sim;
  std::uint64_t steps = 1000000;
  std::uint64_t first = 1;
  double seconds = 120;
  std::string without;
  CLI::App app("Looks for a broken law in random fleets with random sickness.");
  app.add_option("--steps", steps, "passes over all VMs, in all fleets together")->capture_default_str();
  app.add_option("--seed", first, "of the first fleet; the next has the next one")->capture_default_str();
  app.add_option("--seconds", seconds, "that a fleet lives")
      ->check(CLI::Range(20, 86400))
      ->capture_default_str();
  app.add_option("--without", without, "switch this guard off, to see that laws break then");
  CLI11_PARSE(app, argc, argv);
  set_log_level(LogLevel::Error);
  Guards guards;
  if (!without.empty()) {
    const auto found = without_guard(without);
    if (!found) return fmt::print(stderr, "aerostat_laws: {}\n", found.error().message), 2;
    guards = *found;
  }
  const auto began = std::chrono::steady_clock::now();
  std::uint64_t made = 0;
  std::uint64_t seed = first;
  std::uint64_t vms = 0;
  for (; made < steps; ++seed) {
    const Scenario fleet = random_fleet(seed, seconds);
    const Played played = play(fleet, guards);
    vms += fleet.vms.size();
    made += played.passes;
    if (played.held()) continue;
    fmt::print("fleet {}: {}\n{}", seed, played.failures.front(), random_fleet_text(seed, seconds));
    return 1;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("no law broke in {} steps: fleets of seed {} to {}, {} VMs, {:.0f} s\n", made, first, seed - 1,
             vms, took.count());
  return 0;
}
