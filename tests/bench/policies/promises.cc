#include "policies/promises.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "policies/constant.h"
#include "policies/pages.h"
#include "policies/scarce.h"
#include "policies/seer.h"
#include "policies/stats.h"
#include "research/oracle_replay.h"
#include "research/policies.h"
#include "sim/plan/density.h"
#include "sim/trace/generate.h"

namespace aerostat::bench {

namespace {

using sim::Load;

// The largest error of the estimator.
constexpr double kWorstError = 0.015;

const sim::PolicyEntry& ours() {
  static const sim::Registry all = sim::builtin_policies();
  return **all.find("aerostat");
}

struct Try {
  sim::Outcome outcome;
  double s = 0, resizes = 0;
};

Try tried(sim::Outcome outcome, const sim::Prices& prices = {}) {
  Try out{std::move(outcome)};
  out.s = out.outcome.score(prices);
  out.resizes = out.outcome.sum.changes / std::max(1e-9, out.outcome.sum.seconds / 3600);
  return out;
}

Try replayed(const sim::Trace& trace, const sim::ReplayOptions& o) {
  return tried(sim::replay(trace, ours(), o), o.prices);
}

std::vector<Try> over_seeds(const SuiteOptions& o, const std::function<Try(std::uint64_t seed)>& one) {
  std::vector<Try> out(o.seeds);
  in_parallel(o.threads, o.seeds, "promises", [&](std::size_t i) { out[i] = one(o.first_seed + i); });
  return out;
}

sim::Trace load(Load kind, std::uint64_t seed, double seconds, double rows = 0.1) {
  return sim::generate(kind, {.seed = seed, .seconds = seconds, .rows_s = rows});
}

sim::ReplayOptions roomy(std::uint64_t seed, double gib = 64) {
  sim::ReplayOptions o;
  o.seed = seed;
  o.host_memory = Bytes::mib(static_cast<std::int64_t>(gib * 1024));
  return o;
}

Mean mean_s(const std::vector<Try>& all) {
  std::vector<double> s;
  for (const Try& t : all) s.push_back(t.s);
  return geometric(s);
}

double most(const std::vector<Try>& all, const std::function<double(const Try&)>& of) {
  double out = 0;
  for (const Try& t : all) out = std::max(out, of(t));
  return out;
}
double mean(const std::vector<Try>& all, const std::function<double(const Try&)>& of) {
  double out = 0;
  for (const Try& t : all) out += of(t) / static_cast<double>(all.size());
  return out;
}

void farm(const SuiteOptions& o, std::vector<Promise>& out) {
  const auto short_time = [](const Try& t) { return 100 * t.outcome.sum.short_s / t.outcome.sum.seconds; };
  const auto all =
      over_seeds(o, [](std::uint64_t seed) { return replayed(load(Load::Farm, seed, 3600), roomy(seed)); });
  const Mean s = mean_s(all);
  out.push_back({"farm: S", text(s), "0.30 (stretch 0.25)", s.value <= 0.30});
  const double footprint = mean(all, [](const Try& t) { return t.outcome.ratio(t.outcome.sum.held); });
  out.push_back({"farm: footprint", fmt::format("{:.3f}", footprint), "1.23", footprint <= 1.23});
  const double time = mean(all, short_time);
  out.push_back({"farm: time short",
                 fmt::format("{:.3f} % (worst seed {:.3f} %)", time, most(all, short_time)), "0.2 %",
                 time <= 0.2});
  const double felt = most(all, [](const Try& t) { return t.outcome.sum.longest_s; });
  out.push_back({"farm: longest felt episode of all seeds", fmt::format("{:.2f} s", felt), "1 s", felt <= 1});
  const double resizes = mean(all, [](const Try& t) { return t.resizes; });
  out.push_back(
      {"farm: resizes per VM·h",
       fmt::format("{:.0f} (worst seed {:.0f})", resizes, most(all, [](const Try& t) { return t.resizes; })),
       "1,000", resizes <= 1000});
  const auto wrong = over_seeds(o, [](std::uint64_t seed) {
    sim::ReplayOptions with = roomy(seed);
    with.sensor_error = kWorstError;
    return replayed(load(Load::Farm, seed, 3600), with);
  });
  out.push_back({"farm, 1.5 % sensor error: S", text(mean_s(wrong)), "0.34", mean_s(wrong).value <= 0.34});
  const auto straight = over_seeds(o, [](std::uint64_t seed) {
    sim::ReplayOptions with = roomy(seed);
    with.texture = sim::Texture::Linear;
    return replayed(load(Load::Farm, seed, 3600, 1.7), with);
  });
  out.push_back({"farm, straight lines between 1.7 s rows (smoke test): S", text(mean_s(straight)), "0.17",
                 mean_s(straight).value <= 0.17});
  std::vector<double> ours_plugged, best_plugged;
  for (std::uint64_t i = 0; i < o.seeds; ++i) {
    const std::uint64_t seed = o.first_seed + i;
    ours_plugged.push_back(all[i].outcome.sum.plugged);
    best_plugged.push_back(sim::replay_oracle(load(Load::Farm, seed, 3600), roomy(seed)).plugged);
  }
  const Mean plugged = paired(ours_plugged, best_plugged);
  out.push_back({"farm: bytes plugged, over those of S*", text(plugged), "1.3", plugged.value <= 1.3});
}

void calm(const SuiteOptions& o, std::vector<Promise>& out) {
  const auto steady =
      over_seeds(o, [](std::uint64_t seed) { return replayed(load(Load::Steady, seed, 3600), roomy(seed)); });
  out.push_back({"steady: S", text(mean_s(steady)), "0.10 (stretch 0.07)", mean_s(steady).value <= 0.10});
  SuiteOptions sizes = o;
  sizes.seeds = kConstantSizes;
  const auto of_all_sizes = [](double error) {
    return [=](std::uint64_t seed) { return tried(constant_need(ours(), constant_mib(seed), error, seed)); };
  };
  const auto still = over_seeds(sizes, of_all_sizes(0));
  const double moved = most(still, [](const Try& t) { return t.outcome.sum.changes; });
  out.push_back({"constant need of 60 sizes: resizes after 60 s, worst VM", fmt::format("{:.0f}", moved), "0",
                 moved == 0});
  const auto noisy = [&out](const char* about, const std::vector<Try>& tries, double error, bool judged) {
    const double resizes = mean(tries, [](const Try& t) { return t.resizes; });
    const double worst = most(tries, [](const Try& t) { return t.resizes; });
    const auto moving = std::count_if(tries.begin(), tries.end(), [](const Try& t) { return t.resizes > 6; });
    out.push_back(
        {fmt::format("constant need, {}, {:.1f} % sensor error{}: resizes per VM·h", about, 100 * error,
                     error == kMeasuredError ? ", as measured" : ""),
         fmt::format("{:.1f} ({} of {} VMs above 6, worst {:.0f})", resizes, moving, tries.size(), worst),
         judged ? "6" : "shown", !judged || resizes <= 6});
  };
  noisy("7 GiB",
        over_seeds(
            o, [](std::uint64_t seed) { return tried(constant_need(ours(), 7168, kMeasuredError, seed)); }),
        kMeasuredError, false);
  noisy("0.5 to 8 GiB", over_seeds(sizes, of_all_sizes(kMeasuredError)), kMeasuredError, true);
  noisy("0.5 to 8 GiB", over_seeds(sizes, of_all_sizes(kWorstError)), kWorstError, false);
}

void cache(const SuiteOptions& o, std::vector<Promise>& out) {
  const auto with_cache = [](double hot) {
    return [hot](std::uint64_t seed) {
      std::vector<sim::Row> rows;
      sim::Random random(seed);
      for (int i = 0; i <= 3660; ++i) {
        const double wave = 4096 + 300 * std::sin(i / 60.0) + random.uniform(-30, 30);
        rows.push_back({static_cast<double>(i), static_cast<float>(wave + 2048), 2048});
      }
      sim::ReplayOptions with = roomy(seed);
      with.hot_cache = hot;
      return replayed(*sim::Trace::of("cache", rows), with);
    };
  };
  const auto hot = over_seeds(o, with_cache(1));
  const double v = mean(hot, [](const Try& t) { return 100 * t.outcome.violation(); });
  out.push_back(
      {"page cache all hot, unknown to the policy: V", fmt::format("{:.4f} %", v), "0.3 %", v <= 0.3});
  const auto cold = over_seeds(o, with_cache(0));
  const double f = mean(cold, [](const Try& t) { return t.outcome.ratio(t.outcome.sum.held); });
  out.push_back(
      {"page cache all cold: footprint over need without it", fmt::format("{:.3f}", f), "1.15", f <= 1.15});
}

void scarce(const SuiteOptions& o, std::vector<Promise>& out) {
  for (const ScarceHost& host : scarce_hosts()) {
    const Lack we = lack(o, host, ours());
    const Lack seen = lack(o, host, seer());
    out.push_back({fmt::format("scarce host, {}: E; of the worst VM", host.name),
                   fmt::format("{:.3f} %; {:.3f} % (the seer: {:.3f} %; {:.3f} %)", we.all, we.worst,
                               seen.all, seen.worst),
                   "0.15 %; 0.3 %", we.all <= 0.15 && we.worst <= 0.3});
  }
}

void staggered(const SuiteOptions& o, std::vector<Promise>& out) {
  std::vector<double> factors(o.seeds);
  in_parallel(o.threads, o.seeds, "staggered builds", [&](std::size_t i) {
    const sim::Trace trace = sim::generate(Load::Builds, {.seed = o.first_seed + i, .seconds = 1800});
    const double peak = sim::peak_together(trace);
    double factor = 0.98;
    for (; factor < 1.5; factor += 0.01) {
      const Try t = replayed(trace, roomy(o.first_seed + i, peak * factor / 1024));
      double worst = 0;
      for (const auto& vm : t.outcome.vms)
        worst = std::max(worst, vm.totals.missing / std::max(1.0, vm.totals.need));
      if (t.outcome.violation() <= 1e-4 && worst <= 2e-4 && t.outcome.sum.longest_s <= 2) break;
    }
    factors[i] = factor;
  });
  const Mean m = geometric(factors);
  out.push_back({"three staggered builds: smallest host with V <= 0.01 %, over the joint peak", text(m),
                 "1.05", m.value <= 1.05});
}

// Compared with VMs that each have their own peak, known in hindsight, and with the peak of their joint need.
void dense(const SuiteOptions& o, std::vector<Promise>& out) {
  std::vector<sim::Fit> fits(o.seeds);
  in_parallel(o.threads, o.seeds, "density", [&](std::size_t i) {
    const std::uint64_t seed = o.first_seed + i;
    const sim::Trace trace =
        sim::generate(Load::Fleet, {.seed = seed, .seconds = o.seconds, .vms = 7, .mean_mib = 2048});
    sim::PlanLimits limits;
    limits.violation = 1e-4;
    fits[i] = sim::density(trace, ours(), roomy(seed), limits, 1, {}).fits.front();
  });
  std::vector<double> policy, pooled, peaks;
  std::string counts;
  for (const sim::Fit& fit : fits) {
    policy.push_back(static_cast<double>(fit.policy));
    pooled.push_back(static_cast<double>(fit.pooled));
    peaks.push_back(static_cast<double>(fit.own_peaks));
    counts += fmt::format("{}{}/{}", counts.empty() ? "" : " ", fit.policy, fit.pooled);
  }
  const Mean of_ideal = paired(policy, pooled);
  out.push_back(
      {fmt::format("fleet on 64 GiB, V <= 0.01 %: VMs hosted, over ideal pooling (by seed: {})", counts),
       text(of_ideal), "0.90 (stretch 0.97)", of_ideal.value >= 0.90});
  out.push_back({"the same, over static at each VM's own peak", text(paired(policy, peaks)), "shown", true});
}

}  // namespace

std::vector<Promise> promises(const SuiteOptions& options) {
  std::vector<Promise> out;
  farm(options, out);
  calm(options, out);
  cache(options, out);
  scarce(options, out);
  staggered(options, out);
  dense(options, out);
  return out;
}

std::string list_of_promises(const std::vector<Promise>& all) {
  std::string out;
  for (const Promise& p : all) {
    const bool judged = p.limit != "shown";
    out += wrapped(fmt::format("- {}: {}{}{}", p.what, p.seen, judged ? "; limit " + p.limit : "; no limit",
                               judged && !p.kept ? ": **not reached**" : ""),
                   "  ");
  }
  return out;
}

}  // namespace aerostat::bench
