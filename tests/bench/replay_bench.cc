// Speed of the lab: VM-samples a second of one core, one for each look of a guest's service.
#include <benchmark/benchmark.h>

#include "base/log.h"
#include "research/policies.h"
#include "sim/replay.h"
#include "sim/trace/generate.h"

namespace {

using namespace aerostat;
using namespace aerostat::sim;

void replay_with(benchmark::State& state, const char* policy, Load load, std::size_t vms) {
  set_log_level(LogLevel::Error);
  const Registry registry = builtin_policies();
  const PolicyEntry& entry = **registry.find(policy);
  const Trace trace = generate(load, {.seconds = 600, .vms = vms});
  ReplayOptions options;
  options.host_memory = Bytes::mib(static_cast<std::int64_t>(vms) * 16384);
  std::uint64_t looks = 0;
  for (auto _ : state) looks += replay(trace, entry, options).looks;
  state.counters["VM-samples/s"] =
      benchmark::Counter(static_cast<double>(looks), benchmark::Counter::kIsRate);
}

void replay_farm(benchmark::State& state) { replay_with(state, "aerostat", Load::Farm, 10); }
void replay_steady(benchmark::State& state) { replay_with(state, "aerostat", Load::Steady, 10); }
void replay_fleet(benchmark::State& state) { replay_with(state, "aerostat", Load::Fleet, 14); }
void replay_fleet_plain(benchmark::State& state) { replay_with(state, "plain", Load::Fleet, 14); }

BENCHMARK(replay_steady)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_fleet)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_farm)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_fleet_plain)->Unit(benchmark::kMillisecond);

}  // namespace
