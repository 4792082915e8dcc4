// Ablation, frontier, devices: aerostat with elements off, with other prices, on other devices.
#include <fmt/format.h>

#include <algorithm>

#include "policies/constant.h"
#include "policies/stats.h"
#include "policies/tables.h"
#include "research/oracle_replay.h"
#include "research/plain.h"
#include "research/policies.h"
#include "sim/rules/aerostat_policy.h"

namespace aerostat::bench {

namespace {

sim::PolicyEntry with_profile(const std::string& name, const Profile& profile) {
  return {name, "", [profile] { return std::make_unique<sim::AerostatPolicy>(profile); }};
}

struct Element {
  const char* name;
  bool Elements::* on;
};
constexpr Element kElements[] = {
    {"the way memory is held, found by trial per VM", &Elements::trials},
    {"growing ahead", &Elements::ahead},
    {"the error of an estimate, taken from how need jumps", &Elements::error},
};

std::vector<double> whole(const std::vector<std::vector<Run>>& kinds, double Run::* pick) {
  std::vector<double> out;
  for (std::size_t seed = 0; seed < kinds.front().size(); ++seed) {
    std::vector<double> each;
    for (const auto& runs : kinds) each.push_back(runs[seed].*pick);
    out.push_back(geometric(each).value);
  }
  return out;
}

double mean(const std::vector<std::vector<Run>>& kinds, double Run::* pick) {
  double sum = 0;
  double count = 0;
  for (const auto& runs : kinds) {
    for (const Run& run : runs) {
      sum += run.*pick;
      ++count;
    }
  }
  return sum / count;
}

// Changes per VM and hour of constant needs of all sizes, with the measured error of the estimator.
std::vector<double> changes_of_constant_need(const std::vector<sim::PolicyEntry>& policies,
                                             const SuiteOptions& o) {
  std::vector<double> out(policies.size());
  in_parallel(o.threads, policies.size(), "constant", [&](std::size_t p) {
    double changes = 0;
    double hours = 0;
    for (std::uint64_t k = 0; k < kConstantSizes; ++k) {
      const sim::Totals sum =
          constant_need(policies[p], constant_mib(k), kMeasuredError, o.first_seed + k).sum;
      changes += sum.changes;
      hours += sum.seconds / 3600;
    }
    out[p] = changes / hours;
  });
  return out;
}

}  // namespace

std::string ablation(const std::vector<TraceKind>& kinds, const SuiteOptions& options) {
  std::string out =
      "| element | S without over S with it: roomy host | host of 1.02 times the joint peak "
      "|\n|---|---:|---:|\n";
  std::vector<sim::PolicyEntry> variants{with_profile("all", profile(ProfileName::Balanced))};
  for (const Element& element : kElements) {
    Profile p = profile(ProfileName::Balanced);
    p.with.*element.on = false;
    variants.push_back(with_profile(element.name, p));
  }
  SuiteOptions tight = options;
  tight.room = 1.02;
  const Runs roomy = run_suite(variants, kinds, options, {}, "ablation");
  const Runs narrow = run_suite(variants, *trace_kinds(tight), tight, {}, "ablation, narrow host");
  for (std::size_t v = 1; v < variants.size(); ++v) {
    out += fmt::format("| {} | {} | {} |\n", variants[v].name,
                       text(paired(whole(roomy[v], &Run::s), whole(roomy[0], &Run::s))),
                       text(paired(whole(narrow[v], &Run::s), whole(narrow[0], &Run::s))));
  }
  return out;
}

std::string frontier(const std::vector<TraceKind>& kinds, const SuiteOptions& options) {
  std::vector<sim::PolicyEntry> variants;
  for (const double price : {0.06, 0.12, 0.25, 0.5, 1.0, 2.0, 4.0}) {
    Profile p = profile(ProfileName::Balanced);
    p.change_price = price;
    variants.push_back(with_profile(fmt::format("aerostat, a change costs {} GiB s", price), p));
  }
  for (const double hold : {0.5, 1.0, 2.0, 4.0, 8.0, 16.0}) {
    sim::PlainConstants c;
    c.hold_s = hold;
    variants.push_back({fmt::format("plain, waits {} s", hold), "",
                        [c] { return std::make_unique<sim::RulePolicy>(sim::plain_rule_with(c)); }});
  }
  variants.push_back(sim::oracle_entry());
  const Runs runs = run_suite(variants, kinds, options, {}, "frontier");
  const std::vector<double> calm = changes_of_constant_need(variants, options);
  std::string out =
      "| policy | farm: S | resizes per VM·h | time short | all traces: S | resizes per VM·h "
      "| constant need: resizes |\n"
      "|---|---:|---:|---:|---:|---:|---:|\n";
  for (std::size_t v = 0; v < variants.size(); ++v) {
    std::vector<double> s;
    double resizes = 0;
    double time = 0;
    for (const Run& run : runs[v][0]) {
      s.push_back(run.s);
      resizes += run.resizes / static_cast<double>(runs[v][0].size());
      time += run.short_time / static_cast<double>(runs[v][0].size());
    }
    out += fmt::format("| {} | {} | {:.0f} | {:.2f} % | {} | {:.0f} | {:.0f} |\n", variants[v].name,
                       text(geometric(s)), resizes, 100 * time, text(geometric(whole(runs[v], &Run::s))),
                       mean(runs[v], &Run::resizes), calm[v]);
  }
  return out;
}

std::string devices(const std::vector<TraceKind>& kinds, const SuiteOptions& options) {
  const sim::Registry registry = sim::builtin_policies();
  const std::vector<sim::PolicyEntry> policies{**registry.find("aerostat"), **registry.find("plain"),
                                               sim::oracle_entry()};
  std::string out =
      "| blocks | unplugs | aerostat: S | 500 × violation | longest felt | resizes | plain: S "
      "| over plain | oracle: S |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
  for (const double block_mib : {128.0, 2.0}) {
    for (const double mib_s : {sim::Physics{}.unplug_mib_s, 20'000.0}) {
      sim::ReplayOptions replay;
      replay.physics.block_mib = block_mib;
      replay.physics.unplug_mib_s = replay.physics.inflate_mib_s = mib_s;
      const Runs runs = run_suite(policies, kinds, options, replay, "devices");
      const double missing = sim::kViolationPrice * mean(runs[0], &Run::violation);
      double longest = 0;
      for (const auto& of_kind : runs[0]) {
        for (const Run& run : of_kind) longest = std::max(longest, run.longest_felt);
      }
      const std::vector<double> ours = whole(runs[0], &Run::s);
      const std::vector<double> plain = whole(runs[1], &Run::s);
      out += fmt::format("| {} MiB | {} MiB/s | {} | {:.4f} | {:.2f} s | {:.0f} | {:.3f} | {} | {:.3f} |\n",
                         block_mib, mib_s, text(geometric(ours)), missing, longest,
                         mean(runs[0], &Run::resizes), geometric(plain).value, text(paired(ours, plain)),
                         geometric(whole(runs[2], &Run::s)).value);
    }
  }
  return out;
}

}  // namespace aerostat::bench
