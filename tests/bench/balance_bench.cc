// Cost of one pass of deciding, by the number of VMs: policy and guards, without sensing and acting.
//   script/bench balance
#include <benchmark/benchmark.h>

#include <random>

#include "guard/rails.h"
#include "policy/balance.h"

namespace {

using namespace aerostat;

HostView fleet(int count, double pool_share) {
  std::mt19937 random(1);  // the same fleet each time
  std::uniform_int_distribution<int> mib(64, 2000);
  HostView host;
  Bytes wanted;
  for (int i = 0; i < count; ++i) {
    VmView vm;
    vm.limits = {Mode::Dynamic, Bytes::mib(384), Bytes::mib(256), Bytes::mib(2048), 20, 1 + mib(random)};
    vm.assigned = vm.target = vm.committed = Bytes::mib(256 + mib(random) / 2).round_down(vm.grain);
    vm.demand = Bytes::mib(mib(random));
    vm.resident = vm.assigned;
    vm.movable = true;
    wanted += vm.demand->scaled(1.2);
    host.vms.push_back(vm);
  }
  host.capacity = std::max(host.committed(), wanted.scaled(pool_share));
  return host;
}

void pass(benchmark::State& state, double pool_share) {
  const HostView host = fleet(static_cast<int>(state.range(0)), pool_share);
  for (auto _ : state) benchmark::DoNotOptimize(rule_on(host, balance(host)));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void enough(benchmark::State& state) { pass(state, 3.0); }
void scarce(benchmark::State& state) { pass(state, 0.7); }

BENCHMARK(enough)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);
BENCHMARK(scarce)->Arg(10)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

}  // namespace
