// Cost of keeping the past, by the number of VMs: one second of it written, and an hour of one VM read.
//   script/bench balance
#include <benchmark/benchmark.h>

#include <random>

#include "base/temporary_folder.h"
#include "history/store.h"

namespace {

using namespace aerostat;
using namespace aerostat::history;

constexpr std::int64_t kStart = 1'800'000'000;

// A fifth of the VMs change between two seconds; the others rest.
class Fleet {
 public:
  explicit Fleet(int count) {
    moment_.time = kStart;
    moment_.host.fill(1 << 20);
    for (int i = 0; i < count; ++i) {
      Values values;
      values.fill(1 << 20);
      moment_.vms.emplace_back("vm" + std::to_string(i), values);
    }
  }
  const Moment& next() {
    std::uniform_int_distribution<int> which(0, 4), by(-2000, 2000);
    ++moment_.time;
    for (auto& [name, values] : moment_.vms) {
      if (which(random_) != 0) continue;
      for (std::size_t i = 0; i < 5; ++i) values[i] += by(random_);
    }
    return moment_;
  }
  std::int64_t time() const { return moment_.time; }

 private:
  std::mt19937 random_{1};  // the same each time
  Moment moment_;
};

void history_write(benchmark::State& state) {
  const TemporaryFolder folder;
  StoreOptions options;
  options.path = folder.path() + "/history.db";
  const auto store = *Store::open(options);
  Fleet fleet(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    if (!store->add(fleet.next())) return state.SkipWithError("it cannot be written");
    if (fleet.time() % 5 == 0 && !store->commit()) return state.SkipWithError("it cannot be written");
  }
  state.counters["bytes_each_second"] =
      static_cast<double>(store->used().count()) / static_cast<double>(state.iterations());
}

void history_read(benchmark::State& state) {
  const TemporaryFolder folder;
  StoreOptions options;
  options.path = folder.path() + "/history.db";
  const auto store = *Store::open(options);
  Fleet fleet(static_cast<int>(state.range(0)));
  constexpr int kSeconds = 3600;
  for (int i = 0; i < kSeconds; ++i) {
    if (!store->add(fleet.next())) return state.SkipWithError("it cannot be written");
  }
  for (auto _ : state) {
    const HistoryQuery query{HistoryQuery::Of::Vm, "vm0", fleet.time() - kSeconds, fleet.time(), 2000};
    benchmark::DoNotOptimize(store->table(query));
  }
}

BENCHMARK(history_write)->Arg(20)->Arg(500);
BENCHMARK(history_read)->Arg(20)->Arg(500)->Unit(benchmark::kMillisecond);

}  // namespace
