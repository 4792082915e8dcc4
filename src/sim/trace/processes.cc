#include "sim/trace/processes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace aerostat::sim {

namespace {

// The exponent of the structure function of recorded farm load, and its size: a mean change of 3 % is a
// standard deviation of 3.76 % if changes are normal.
constexpr double kFarmHurst = 0.43;
constexpr double kFarmSpan = 0.2;
constexpr double kFarmDeviation = 0.0376;
constexpr double kFastest = 0.05;
// The least need of a running VM, relative to its mean.
constexpr double kLeast = 0.15;
// The sizes below are for a VM of 7 GiB: one GiB of them, as a share.
constexpr double kGib = 1.0 / 7;
// One busy program touches new memory at about 2 GiB/s; a server was measured at 4 GiB/s.
constexpr double kTouch = 2 * kGib;
// A program at rest still allocates a little.
constexpr double kQuiet = 0.1;

double exponential(Random& random, double mean) { return -mean * std::log(1 - random.uniform()); }

// Follows levels: up at the speed of touching, down at once.
class Level {
 public:
  double next(double wanted, double dt) {
    now_ = wanted > now_ ? std::min(wanted, now_ + kTouch * dt) : wanted;
    return now_;
  }
  void jump(double to) { now_ = to; }

 private:
  double now_ = 0;
};

class Farm final : public Process {
 public:
  Farm(Random random, double scale) : noise_(random, scale) {}
  double next(double, double dt) override { return std::max(kLeast, 1 + noise_.next(dt)); }

 private:
  RoughNoise noise_;
};

class Staircase final : public Process {
 public:
  explicit Staircase(Random random) : random_(random), noise_(Random(random_.next()), kQuiet) {
    level_.jump(height_);
  }
  double next(double at, double dt) override {
    if (at >= until_) {
      until_ = at + random_.uniform(5, 120);
      const double step = random_.uniform(0.2, 3) * kGib;
      // The higher, the more likely down, so that the mean stays.
      const bool up = random_.uniform() * 2 > height_;
      height_ = std::clamp(height_ + (up ? step : -step), 2 * kLeast, 2.0);
    }
    return std::max(kLeast, level_.next(height_, dt) + noise_.next(dt));
  }

 private:
  Random random_;
  RoughNoise noise_;
  Level level_;
  double height_ = 1, until_ = 0;
};

class Diurnal final : public Process {
 public:
  Diurnal(Random random, double period_s)
      : random_(random), noise_(Random(random_.next()), 0.2), period_(period_s), phase_(random_.uniform()) {}
  double next(double at, double dt) override {
    const double wave = 0.6 * std::sin(2 * std::numbers::pi * (at / period_ + phase_));
    return std::max(kLeast, 1 + wave + noise_.next(dt));
  }

 private:
  Random random_;
  RoughNoise noise_;
  double period_, phase_;
};

class Bursty final : public Process {
 public:
  explicit Bursty(Random random) : random_(random), noise_(Random(random_.next()), kQuiet) {
    due_ = exponential(random_, kEvery);
  }
  double next(double at, double dt) override {
    for (; at >= due_; due_ += exponential(random_, kEvery)) {
      bursts_.push_back({random_.uniform(0.5, 2) * kGib, due_ + random_.uniform(2, 30), {}});
    }
    std::erase_if(bursts_, [at](const Burst& b) { return at >= b.ends; });
    double sum = kBase + noise_.next(dt);
    for (Burst& b : bursts_) sum += b.level.next(b.size, dt);
    return std::max(kLeast, sum);
  }

 private:
  struct Burst {
    double size, ends;
    Level level;
  };
  static constexpr double kEvery = 40;
  // 1.25 GiB for 16 s every 40 s are on average half a GiB.
  static constexpr double kBase = 1 - 0.5 * kGib;

  Random random_;
  RoughNoise noise_;
  double due_ = 0;
  std::vector<Burst> bursts_;
};

class Leak final : public Process {
 public:
  explicit Leak(Random random) : random_(random), noise_(Random(random_.next()), kQuiet) {
    begin(0);
    ends_ -= random_.uniform() * (ends_ - began_);  // in the middle of a life
    level_.jump(kWarm);
  }
  double next(double at, double dt) override {
    if (at >= ends_) {
      begin(at);
      level_.jump(kFresh);
    }
    // Warming up means reading: slower than touching.
    const double warm = std::min(kWarm, kFresh + (at - began_) * (kWarm - kFresh) / warming_);
    const double leaked = (at - began_) * rate_;
    return std::max(kLeast,
                    level_.next((at - began_ < warming_ ? warm : kWarm) + leaked, dt) + noise_.next(dt));
  }

 private:
  static constexpr double kFresh = 0.2, kWarm = 0.6, kFull = 1.5;

  void begin(double at) {
    began_ = at;
    const double life = random_.uniform(300, 900);
    ends_ = at + life;
    warming_ = random_.uniform(10, 30);
    rate_ = (kFull - kWarm) / life;
  }

  Random random_;
  RoughNoise noise_;
  Level level_;
  double began_ = 0, ends_ = 0, warming_ = 1, rate_ = 0;
};

// Compilers come and go in eight lines. Each grows to its own size and ends. The linker holds all it reads.
class Build final : public Process {
 public:
  Build(Random random, double cycle_s, double offset_s)
      : random_(random),
        noise_(Random(random_.next()), kQuiet / 2),
        cycle_(cycle_s),
        began_(offset_s - cycle_s) {}
  double next(double at, double dt) override {
    if (at >= began_ + cycle_) {
      began_ += cycle_;
      cache_ = 0;
    }
    const double into = (at - began_) / cycle_;
    const bool compiles = into < kCompiled;
    double sum = kIdle + noise_.next(dt);
    for (Line& line : lines_) sum += compile(line, at, compiles);
    const bool links = into >= kCompiled && into < kLinked;
    sum += linker_.next(links ? kLinker : 0, dt);
    if (compiles) cache_ = std::min(kSources, cache_ + kSources * dt / (cycle_ * kCompiled));
    return std::max(kLeast + cache_, sum + cache_);
  }
  double cache() const override { return cache_; }

 private:
  struct Line {
    double began = 0, ends = 0, peak = 0;
  };
  static constexpr double kIdle = 0.45, kLinker = 1.2, kSources = 0.15;
  static constexpr double kCompiled = 0.45, kLinked = 0.52;

  double compile(Line& line, double at, bool goes_on) {
    if (at >= line.ends) {
      line.peak = 0;
      if (!goes_on) return 0;
      line.began = at;
      line.ends = at + random_.uniform(1, 20);
      // Most are small, some are not.
      const double u = random_.uniform();
      line.peak = (0.15 + 1.8 * u * u) * kGib;
    }
    // It reaches its full size after a third of its time.
    return line.peak * std::min(1.0, 3 * (at - line.began) / (line.ends - line.began));
  }

  Random random_;
  RoughNoise noise_;
  Level linker_;
  std::array<Line, 8> lines_{};
  double cycle_, began_;
  double cache_ = 0;
};

class Bouts final : public Process {
 public:
  explicit Bouts(Random random) : random_(random), noise_(Random(random_.next()), kStill) {
    ends_ = random_.uniform(0, kLongestRest);
  }
  double next(double at, double dt) override {
    if (at >= ends_) {
      builds_ = !builds_;
      ends_ = at + (builds_ ? random_.uniform(150, 700) : random_.uniform(150, kLongestRest));
    }
    double sum = kRest + noise_.next(dt);
    for (Job& job : jobs_) sum += run(job, at);
    // Sources are read while they are compiled, and forgotten afterwards.
    cache_ = builds_ ? std::min(kSources, cache_ + kRead * dt) : 0;
    return std::max(kLeast, sum) + cache_;
  }
  double cache() const override { return cache_; }

 private:
  struct Job {
    double began = 0, ends = 0, peak = 0;
  };
  // The sizes are for a VM of 3 GiB on average.
  static constexpr double kBoutsGib = 1.0 / 3;
  static constexpr double kRest = 0.6 * kBoutsGib, kStill = 0.01, kLongestRest = 900;
  static constexpr double kSources = 2 * kBoutsGib, kRead = 0.02 * kBoutsGib;

  double run(Job& job, double at) {
    if (at >= job.ends) {
      job.peak = 0;
      if (!builds_) return 0;
      job.began = at;
      job.ends = at + random_.uniform(1, 30);
      // Most are small; a linker is not.
      job.peak = (0.15 + 1.2 * std::pow(random_.uniform(), 6)) * kBoutsGib;
    }
    return job.peak * std::min(1.0, 2 * (at - job.began) / (job.ends - job.began));
  }

  Random random_;
  RoughNoise noise_;
  std::array<Job, 16> jobs_{};
  bool builds_ = false;
  double ends_ = 0, cache_ = 0;
};

}  // namespace

RoughNoise::RoughNoise(Random random, double scale) : random_(random) {
  double variance = 0;  // of the change over kFarmSpan, before scaling
  double tau = kFastest;
  for (std::size_t i = 0; i < kParts; ++i, tau *= 2) {
    sigma_[i] = std::pow(tau, kFarmHurst);
    variance += 2 * sigma_[i] * sigma_[i] * (1 - std::exp(-kFarmSpan / tau));
    state_[i] = random_.normal();
  }
  amount_ = kFarmDeviation * scale / std::sqrt(variance);
}

void RoughNoise::steps_of(double dt) {
  if (dt == dt_) return;
  dt_ = dt;
  double tau = kFastest;
  for (std::size_t i = 0; i < kParts; ++i, tau *= 2) {
    keep_[i] = std::exp(-dt / tau);
    fresh_[i] = std::sqrt(1 - keep_[i] * keep_[i]);
  }
}

double RoughNoise::next(double dt) {
  steps_of(dt);
  double sum = 0;
  for (std::size_t i = 0; i < kParts; ++i) {
    state_[i] = state_[i] * keep_[i] + fresh_[i] * random_.normal();
    sum += sigma_[i] * state_[i];
  }
  return amount_ * sum;
}

std::unique_ptr<Process> farm_process(Random random, double scale) {
  return std::make_unique<Farm>(random, scale);
}
std::unique_ptr<Process> staircase_process(Random random) { return std::make_unique<Staircase>(random); }
std::unique_ptr<Process> diurnal_process(Random random, double period_s) {
  return std::make_unique<Diurnal>(random, period_s);
}
std::unique_ptr<Process> bursty_process(Random random) { return std::make_unique<Bursty>(random); }
std::unique_ptr<Process> leak_process(Random random) { return std::make_unique<Leak>(random); }
std::unique_ptr<Process> build_process(Random random, double cycle_s, double offset_s) {
  return std::make_unique<Build>(random, cycle_s, offset_s);
}
std::unique_ptr<Process> bouts_process(Random random) { return std::make_unique<Bouts>(random); }

}  // namespace aerostat::sim
