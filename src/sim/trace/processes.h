// Processes: how the need of one VM moves, step by step. Each is a small random process with a name. The
// generator turns them into rows. Amounts are shares of the VM's mean need: 1 is the mean.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "sim/trace/random.h"

namespace aerostat::sim {

class Process {
 public:
  virtual ~Process() = default;
  // Need at `at` s after the start, `dt` after the last call.
  virtual double next(double at, double dt) = 0;
  // The page cache in it that is needed.
  virtual double cache() const { return 0; }
};

// Rough noise around 0: a sum of Ornstein-Uhlenbeck processes with doubling time constants, whose mean change
// over t grows like t^H from 0.05 s to minutes. `scale` 1 is farm-like: 3 % of the mean in 0.2 s and 7.5 % in
// 1.7 s.
class RoughNoise {
 public:
  RoughNoise(Random random, double scale);
  double next(double dt);

 private:
  static constexpr std::size_t kParts = 14;  // 0.05 s, doubled: the slowest remembers 400 s
  void steps_of(double dt);

  Random random_;
  double amount_ = 0;
  double dt_ = 0;
  std::array<double, kParts> state_{}, sigma_{}, keep_{}, fresh_{};
};

// `scale` as above.
std::unique_ptr<Process> farm_process(Random random, double scale);
// Levels held for 5 to 120 s, steps of 0.2 to 3 GiB in a VM of 7 GiB, up at the speed of touching memory.
std::unique_ptr<Process> staircase_process(Random random);
// One slow wave per `period_s`, from 0.4 to 1.6 of the mean.
std::unique_ptr<Process> diurnal_process(Random random, double period_s);
// A base and bursts of 0.5 to 2 GiB in a VM of 7 GiB, for 2 to 30 s, every 40 s on average.
std::unique_ptr<Process> bursty_process(Random random);
// Grows for 5 to 15 minutes, restarts, warms up, and so on.
std::unique_ptr<Process> leak_process(Random random);
// Software builds, one every `cycle_s`, the first after `offset_s`: many compilers, one link, then rest.
std::unique_ptr<Process> build_process(Random random, double cycle_s, double offset_s);
// In a VM of 3 GiB: rests at 0.6 GiB for more than half of its time, hardly moving. In between it builds:
// sixteen lines of compilers and linkers, up to 13 GiB. Over 2.5 s need changes by 250 MiB on average, and in
// one of twenty cases by more than 1 GiB.
std::unique_ptr<Process> bouts_process(Random random);

}  // namespace aerostat::sim
