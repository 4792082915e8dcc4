#include "policies/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "policies/stats.h"

namespace aerostat::bench {

namespace {

using Pick = double Run::*;

std::vector<double> values(const std::vector<Run>& runs, Pick pick) {
  std::vector<double> out;
  for (const Run& run : runs) out.push_back(run.*pick);
  return out;
}

// For each seed, the geometric mean over all kinds. The interval of the whole is over these.
std::vector<double> per_seed(const std::vector<std::vector<Run>>& kinds, Pick pick) {
  std::vector<double> out;
  for (std::size_t seed = 0; seed < kinds.front().size(); ++seed) {
    std::vector<double> of_kind;
    for (const auto& runs : kinds) of_kind.push_back(runs[seed].*pick);
    out.push_back(geometric(of_kind).value);
  }
  return out;
}

double average(const std::vector<Run>& runs, Pick pick) {
  const std::vector<double> all = values(runs, pick);
  return std::accumulate(all.begin(), all.end(), 0.0) / static_cast<double>(all.size());
}

std::vector<std::size_t> by_score(const Compared& all, Pick pick) {
  std::vector<std::size_t> order(all.policies.size());
  std::iota(order.begin(), order.end(), 0U);
  std::vector<double> score;
  for (const auto& runs : all.runs) score.push_back(geometric(per_seed(runs, pick)).value);
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });
  return order;
}

std::string rule(std::size_t columns) {
  std::string out = "|---|";
  for (std::size_t i = 0; i < columns; ++i) out += "---:|";
  return out + "\n";
}

}  // namespace

std::size_t Compared::index(const std::string& policy) const {
  const auto found = std::find_if(policies.begin(), policies.end(),
                                  [&](const sim::PolicyEntry& e) { return e.name == policy; });
  AEROSTAT_CHECK(found != policies.end(), "a table asks for a policy that was replayed");
  return static_cast<std::size_t>(found - policies.begin());
}

namespace {

// The number of traces that fit beside a policy's name in one table.
constexpr std::size_t kTracesInTable = 6;

std::string scores_of(const Compared& all, std::size_t first, std::size_t last) {
  std::string out = "| policy |";
  for (std::size_t k = first; k < last; ++k) out += " " + all.kinds[k].name + " |";
  out += "\n" + rule(last - first);
  for (const std::size_t p : by_score(all, &Run::s)) {
    out += fmt::format("| {} |", all.policies[p].name);
    for (std::size_t k = first; k < last; ++k) {
      const Mean m = geometric(values(all.runs[p][k], &Run::s));
      out +=
          fmt::format(" {:.3f} ±{:.0f} % |", m.value, 100 * (m.high - m.low) / 2 / std::max(m.value, 1e-9));
    }
    out += "\n";
  }
  return out;
}

}  // namespace

std::string table_of_scores(const Compared& all) {
  std::string out = "| policy | geometric mean | resizes per VM·h | laws broken |\n" + rule(3);
  for (const std::size_t p : by_score(all, &Run::s)) {
    double resizes = 0;
    double laws = 0;
    for (const auto& runs : all.runs[p]) {
      resizes += average(runs, &Run::resizes) / static_cast<double>(all.kinds.size());
      for (const Run& run : runs) laws += run.law_violations;
    }
    out += fmt::format("| {} | {} | {:.0f} | {:.0f} |\n", all.policies[p].name,
                       text(geometric(per_seed(all.runs[p], &Run::s))), resizes, laws);
  }
  return out;
}

std::string tables_by_trace(const Compared& all) {
  std::string out;
  for (std::size_t first = 0; first < all.kinds.size(); first += kTracesInTable)
    out +=
        (first > 0 ? "\n" : "") + scores_of(all, first, std::min(first + kTracesInTable, all.kinds.size()));
  return out;
}

namespace {

// The largest ratio of our S to theirs, in the mean and on any trace. 0: no limit.
struct Most {
  double mean = 0, worst = 0;
};

Most most_against(const std::string& name) {
  if (name == "plain") return {.mean = 0.85, .worst = 1.05};
  if (name.ends_with("-equal")) return {.mean = 0.85};
  for (const char* peer :
       {"hyperv", "proxmox", "mom", "squeezed", "qubes", "senpai", "free-page-reporting"}) {
    if (name == peer) return {.worst = 1};
  }
  return {};
}

std::string judged(const Most& most, double mean, double worst) {
  if (most.mean == 0 && most.worst == 0) return " | ";
  std::string limit;
  if (most.mean > 0) limit += fmt::format("{:.2f}", most.mean);
  if (most.worst > 0) limit += fmt::format("{}{:g} on every trace", limit.empty() ? "" : "; ", most.worst);
  const bool kept = (most.mean == 0 || mean <= most.mean) && (most.worst == 0 || worst <= most.worst);
  return fmt::format("{} | {}", limit, kept ? "kept" : "**not reached**");
}

}  // namespace

std::string table_of_ratios(const Compared& all, const std::string& ours) {
  const std::size_t us = all.index(ours);
  std::string out =
      "| against | S, ours over theirs | worst trace for us | there | limit | |\n"
      "|---|---:|---|---:|---:|---|\n";
  for (const std::size_t p : by_score(all, &Run::s)) {
    if (p == us) continue;
    const Mean whole = paired(per_seed(all.runs[us], &Run::s), per_seed(all.runs[p], &Run::s));
    std::size_t worst = 0;
    double most = 0;
    for (std::size_t k = 0; k < all.kinds.size(); ++k) {
      const double r = paired(values(all.runs[us][k], &Run::s), values(all.runs[p][k], &Run::s)).value;
      if (r > most) {
        most = r;
        worst = k;
      }
    }
    out += fmt::format("| {} | {} | {} | {:.3f} | {} |\n", all.policies[p].name, text(whole),
                       all.kinds[worst].name, most,
                       judged(most_against(all.policies[p].name), whole.value, most));
  }
  return out;
}

std::string table_of_parts(const Compared& all, const std::vector<std::string>& policies) {
  std::string out =
      "| trace | policy | S | waste | 500 × violation | moves | time short | longest felt | resizes per VM·h "
      "|\n"
      "|---|---|---:|---:|---:|---:|---:|---:|---:|\n";
  for (std::size_t k = 0; k < all.kinds.size(); ++k) {
    for (const std::string& name : policies) {
      const auto& runs = all.runs[all.index(name)][k];
      double felt = 0;
      for (const Run& run : runs) felt = std::max(felt, run.longest_felt);
      out += fmt::format("| {} | {} | {} | {:.3f} | {:.4f} | {:.4f} | {:.3f} % | {:.2f} s | {:.0f} |\n",
                         all.kinds[k].name, name, text(geometric(values(runs, &Run::s))),
                         average(runs, &Run::waste), sim::kViolationPrice * average(runs, &Run::violation),
                         average(runs, &Run::moves), 100 * average(runs, &Run::short_time), felt,
                         average(runs, &Run::resizes));
    }
  }
  return out;
}

std::string table_of_emptiness(const Compared& all, const std::vector<std::string>& policies) {
  std::string out = "| trace |";
  for (const std::string& name : policies) out += fmt::format(" {} |", name);
  out += "\n" + rule(policies.size());
  for (std::size_t k = 0; k < all.kinds.size(); ++k) {
    out += fmt::format("| {} |", all.kinds[k].name);
    for (const std::string& name : policies)
      out += fmt::format(" {:.3f} % |", 100 * average(all.runs[all.index(name)][k], &Run::near_empty));
    out += "\n";
  }
  return out;
}

std::string table_of_prices(const Compared& all) {
  std::string out = "| policy | half | as is | double |\n|---|---:|---:|---:|\n";
  for (const std::size_t p : by_score(all, &Run::s)) {
    out += fmt::format("| {} | {:.3f} | {:.3f} | {:.3f} |\n", all.policies[p].name,
                       geometric(per_seed(all.runs[p], &Run::s_half)).value,
                       geometric(per_seed(all.runs[p], &Run::s)).value,
                       geometric(per_seed(all.runs[p], &Run::s_double)).value);
  }
  return out;
}

}  // namespace aerostat::bench
